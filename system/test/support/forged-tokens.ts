import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

const KEY_ID = 'ours';

type Part = Readonly<Record<string, unknown>>;

const HEADER = { alg: 'EdDSA', kid: KEY_ID, typ: 'at+jwt' };

export function newKey(): KeyObject {
  return generateKeyPairSync('ed25519').privateKey;
}

/** For SOUK_SIGNING_KEY. */
export function signingKeyText(key: KeyObject): string {
  return JSON.stringify({ ...key.export({ format: 'jwk' }), kid: KEY_ID });
}

export function claimsOf(token: string): Part {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Part;
}

/** A token that is good in all that is not said to be otherwise. */
export function signed(key: KeyObject, claims: Part, header: Part = {}): string {
  const text = unsignedText({ ...HEADER, ...header }, claims);
  return `${text}.${sign(null, Buffer.from(text), key).toString('base64url')}`;
}

const nowS = () => Math.floor(Date.now() / 1000);

/** What a forger who has the public key and a token of his own could come with; and what a mistaken issuer could. */
export function forgeries(key: KeyObject, claims: Part): Readonly<Record<string, string>> {
  const good = signed(key, claims);
  const [header = '', payload = '', signature = ''] = good.split('.');
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  const pem = createPublicKey(key).export({ format: 'pem', type: 'spki' });
  const prolonged = Buffer.from(JSON.stringify({ ...claims, exp: Number(claims.exp) + 3600 })).toString('base64url');
  return {
    'without a signature (alg none)': `${unsignedText({ ...HEADER, alg: 'none' }, claims)}.`,
    'with alg none and a signature': `${unsignedText({ ...HEADER, alg: 'none' }, claims)}.${signature}`,
    'signed with the public key as a secret (PEM)': hmac(claims, pem),
    'signed with the public key as a secret (its bytes)': hmac(claims, Buffer.from(String(jwk.x), 'base64url')),
    'signed with the public key as a secret (JWK)': hmac(claims, JSON.stringify(jwk)),
    'signed with another key': signed(newKey(), claims),
    'that names a key nobody published': signed(newKey(), claims, { kid: 'theirs' }),
    'that names no key': signed(key, claims, { kid: undefined }),
    'whose key id is a path': signed(newKey(), claims, { kid: '../../../../dev/null' }),
    'whose key id is a query': signed(newKey(), claims, { kid: "x' or '1'='1" }),
    'whose key id is a member of every object': signed(newKey(), claims, { kid: '__proto__' }),
    'that brings its own key (jwk)': ownKey((theirs, own) => signed(theirs, claims, { jwk: own })),
    'that says where its key is (jku)': ownKey((theirs) => signed(theirs, claims, { jku: 'http://127.0.0.1:9/jwks.json' })),
    'that says where its certificate is (x5u)': ownKey((theirs) => signed(theirs, claims, { x5u: 'http://127.0.0.1:9/cert.pem' })),
    'with an extension that must be understood': signed(key, claims, { crit: ['souk'], souk: true }),
    'that is not valid yet': signed(key, { ...claims, nbf: nowS() + 600 }),
    'whose life was prolonged afterwards': `${header}.${prolonged}.${signature}`,
    'with its signature cut short': good.slice(0, -4),
    'with its signature cut off': `${header}.${payload}.`,
    'of two parts': `${header}.${payload}`,
    'of another issuer': signed(key, { ...claims, iss: 'elsewhere' }),
    'for another audience': signed(key, { ...claims, aud: 'elsewhere' }),
    'that has expired': signed(key, { ...claims, exp: nowS() - 1 }),
    'that never expires': signed(key, { ...claims, exp: undefined }),
    'that lives ten years': signed(key, { ...claims, exp: nowS() + 315_360_000 }),
    'that began yesterday and lives on': signed(key, { ...claims, iat: nowS() - 86_400, exp: nowS() + 60 }),
    'dated into the future': signed(key, { ...claims, iat: nowS() + 600, exp: nowS() + 900 }),
    'without a date': signed(key, { ...claims, iat: undefined }),
    'of another type': signed(key, claims, { typ: 'JWT' }),
    'of no type': signed(key, claims, { typ: undefined }),
    'that is no token': 'Open-Sesame',
  };
}

function ownKey(make: (theirs: KeyObject, own: object) => string): string {
  const theirs = newKey();
  return make(theirs, createPublicKey(theirs).export({ format: 'jwk' }));
}

function hmac(claims: Part, secret: string | Buffer): string {
  const text = unsignedText({ ...HEADER, alg: 'HS256' }, claims);
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

function unsignedText(header: Part, claims: Part): string {
  return [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
}
