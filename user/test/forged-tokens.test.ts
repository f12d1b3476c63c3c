import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { type CryptoKey, decodeJwt, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { readSigningKey } from '../src/tokens/signing-key.ts';
import { type RunningUsers, runUsers } from './running-users.ts';

const SECRET = new TextEncoder().encode('a secret of 32 bytes, for HS256!');

let users: RunningUsers;
let ours: CryptoKey;
let foreign: CryptoKey;
let claims: JWTPayload;

beforeAll(async () => {
  const [pair, another] = await Promise.all([newPair(), newPair()]);
  ours = pair.privateKey;
  foreign = another.privateKey;
  const signingKey = readSigningKey(JSON.stringify({ ...(await exportJWK(ours)), kid: 'ours' }));
  users = await runUsers({ signingKey });
  const { accessToken } = (await users.signedIn()).tokens;
  claims = decodeJwt(accessToken);
});
afterAll(() => users.close());

const newPair = () => generateKeyPair('EdDSA', { extractable: true });

/** `changes` with undefined take a claim out. */
const signed = (changes: Record<string, unknown> = {}, header: object = {}, key: CryptoKey | Uint8Array = ours) =>
  new SignJWT({ ...claims, ...changes })
    .setProtectedHeader({ alg: 'EdDSA', kid: 'ours', typ: 'at+jwt', ...header })
    .sign(key);

const unsigned = () => {
  const header = { alg: 'none', kid: 'ours', typ: 'at+jwt' };
  return `${[header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`;
};

const status = async (as: string) => (await users.send('GET', '/users/me', { as })).status;

describe('an access token', () => {
  test('signed with the configured key is valid', async () => {
    expect(await status(await signed())).toBe(200);
  });

  const forgeries: Record<string, () => Promise<string> | string> = {
    'without signature': unsigned,
    'signed by another key': () => signed({}, {}, foreign),
    'signed by a shared secret': () => signed({}, { alg: 'HS256' }, SECRET),
    'with an unknown key id': () => signed({}, { kid: 'another' }),
    'with a key of its own': async () => signed({}, { jwk: await exportJWK(foreign), kid: 'another' }, foreign),
    'of another issuer': () => signed({ iss: 'somebody' }),
    'for another audience': () => signed({ aud: 'somebody' }),
    'that has expired': () => signed({ exp: Math.floor(Date.now() / 1000) - 1 }),
    'that never expires': () => signed({ exp: undefined }),
    'that lives ten years': () => signed({ exp: Math.floor(Date.now() / 1000) + 315_360_000 }),
    'dated into the future': () => signed({ iat: Math.floor(Date.now() / 1000) + 600 }),
    'without a date': () => signed({ iat: undefined }),
    'that is not valid yet': () => signed({ nbf: Math.floor(Date.now() / 1000) + 60 }),
    'of another type': () => signed({}, { typ: 'JWT' }),
    'of no session': () => signed({ sid: undefined }),
    'of a session that never was': () => signed({ sid: Bun.randomUUIDv7() }),
    'with made-up roles': () => signed({ roles: ['king'] }),
    'cut short': async () => (await signed()).slice(0, -8),
  };

  test.each(Object.keys(forgeries))('%s is refused', async (name) => {
    const token = await forgeries[name]?.();
    expect(await status(token ?? '')).toBe(401);
  });
});
