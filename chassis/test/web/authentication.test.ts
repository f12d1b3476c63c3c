import { describe, expect, test } from 'bun:test';
import { exportSPKI, importJWK, SignJWT, UnsecuredJWT } from 'jose';
import { hasRole } from '../../src/web/sign-in/principal.ts';
import { KeysUnavailableError, localKeys } from '../../src/web/sign-in/signing-keys.ts';
import { AUDIENCE, goodClaims, ISSUER, tokenSigner } from '../../src/testing/access-tokens.ts';
import { bearer, codeOf, CUP_ID, shop, staffSigner } from './shop.ts';

const WASH = `/cups/${CUP_ID}/wash`;
const BREAK = `/cups/${CUP_ID}/break`;
const NOW_S = Math.floor(Date.now() / 1000);
const { send } = shop();

const withToken = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

async function cut(): Promise<string> {
  const token = await staffSigner.token();
  return token.slice(0, -4);
}

async function swappedPayload(): Promise<string> {
  const [header, , signature] = (await staffSigner.token()).split('.');
  const payload = Buffer.from(JSON.stringify(goodClaims({ roles: ['admin'] }))).toString('base64url');
  return `${header}.${payload}.${signature}`;
}

async function hmacWithPublicKey(): Promise<string> {
  const key = await importJWK(staffSigner.jwk, 'EdDSA');
  if (key instanceof Uint8Array) throw new Error('not an asymmetric key');
  const secret = new TextEncoder().encode(await exportSPKI(key));
  return new SignJWT(goodClaims()).setProtectedHeader({ alg: 'HS256', kid: 'key-1', typ: 'at+jwt' }).sign(secret);
}

describe('tokens that are refused', () => {
  const claims = (overrides: Record<string, unknown>) => staffSigner.token({ claims: overrides });
  const forged: Record<string, () => Promise<string>> = {
    'alg none': async () => new UnsecuredJWT(goodClaims()).encode(),
    'signed with another key': async () => (await tokenSigner()).token(),
    'another issuer': () => claims({ iss: 'somebody' }),
    'another audience': () => claims({ aud: 'somebody' }),
    expired: () => claims({ exp: NOW_S - 1 }),
    'not valid yet': () => claims({ nbf: NOW_S + 60 }),
    'without expiry': () => claims({ exp: undefined }),
    'that lives ten years': () => claims({ exp: NOW_S + 315_360_000 }),
    'that began long ago and lives on': () => claims({ iat: NOW_S - 86_400, exp: NOW_S + 60 }),
    'dated into the future': () => claims({ iat: NOW_S + 600, exp: NOW_S + 900 }),
    'without a date': () => claims({ iat: undefined }),
    'dated by a text': () => claims({ iat: '1' }),
    'without session': () => claims({ sid: undefined }),
    'subject not an id': () => claims({ sub: 'root' }),
    'roles not a list': () => claims({ roles: 'admin' }),
    'an unknown role': () => claims({ roles: ['root'] }),
    'another type of token': () => staffSigner.token({ header: { typ: 'JWT' } }),
    'an unknown key': () => staffSigner.token({ header: { kid: 'key-2' } }),
    'no key id': () => staffSigner.token({ header: { kid: undefined } }),
    'the key under another algorithm': async () => (await tokenSigner({ alg: 'ES256' })).token(),
    'HMAC with the public key': hmacWithPublicKey,
    'a cut signature': cut,
    'another payload': swappedPayload,
    'no token at all': async () => 'a.b.c',
  };

  test.each(Object.keys(forged))('%s', async (name) => {
    const token = (await forged[name]?.()) ?? '';
    for (const path of [BREAK, WASH]) {
      const answer = await send('POST', path, withToken(token));
      expect(codeOf(answer)).toBe('unauthenticated');
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="souk", error="invalid_token"');
    }
  });

  test.each(['Basic abc', 'Bearer', 'Bearer a b', ''])('the header %p', async (authorization) => {
    expect(codeOf(await send('POST', BREAK, { headers: { authorization } }))).toBe('unauthenticated');
  });

  test('no header: 401 with a challenge where a sign-in is required, accepted elsewhere', async () => {
    const answer = await send('POST', BREAK);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="souk"');
    expect((await send('POST', WASH)).status).toBe(200);
  });
});

describe('tokens that are accepted', () => {
  test('the principal comes from the token, and the answer is not cached', async () => {
    const userId = Bun.randomUUIDv7();
    const token = await staffSigner.token({ userId });
    const answer = await send('POST', WASH, withToken(token));
    expect(answer.body).toEqual({ note: null, by: userId });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  test('ES256 is accepted as well, and the scheme in any letter case', async () => {
    const es = await tokenSigner({ kid: 'es', alg: 'ES256' });
    const { send: ask } = shop({ auth: { keys: localKeys(async () => [staffSigner.jwk, es.jwk]) } });
    const answer = await ask('POST', WASH, { headers: { authorization: `bearer ${await es.token()}` } });
    expect(answer.status).toBe(200);
  });

  test('a remembered token is refused once it has expired', async () => {
    let now = Date.now();
    const { send: ask } = shop({ auth: { now: () => now } });
    const init = withToken(await staffSigner.token());
    expect((await ask('POST', WASH, init)).status).toBe(200);
    now += 299_000;
    expect((await ask('POST', WASH, init)).status).toBe(200);
    now += 2000;
    expect((await ask('POST', WASH, init)).status).toBe(401);
  });

  test('a token is verified once, until others have displaced it', async () => {
    let asked = 0;
    const known = staffSigner.keys;
    const keys = { key: async (...which: Parameters<typeof known.key>) => ((asked += 1), known.key(...which)) };
    const { send: ask } = shop({ auth: { keys, cacheLimit: 4 } });
    const [a, b, c] = [await bearer(), await bearer(), await bearer()];
    for (const headers of [a, b, a, c, a]) await ask('POST', WASH, { headers });
    expect(asked).toBe(3);
    await ask('POST', WASH, { headers: b });
    expect(asked).toBe(4);
  });

  test('a token of a revoked session is refused although it is valid', async () => {
    const revoked = new Set<string>();
    const { send: ask } = shop({ auth: { isRevoked: async ({ sessionId }) => revoked.has(sessionId) } });
    const sid = Bun.randomUUIDv7();
    const init = withToken(await staffSigner.token({ claims: { sid } }));
    expect((await ask('POST', WASH, init)).status).toBe(200);
    revoked.add(sid);
    expect((await ask('POST', WASH, init)).status).toBe(401);
  });

  test('while the keys are unavailable, nobody is called a forger', async () => {
    const keys = { key: () => Promise.reject(new KeysUnavailableError()) };
    const answer = await shop({ auth: { keys } }).send('POST', WASH, { headers: await bearer() });
    expect(codeOf(answer)).toBe('unavailable');
    expect(answer.headers.get('retry-after')).toBe('1');
  });
});

describe('roles', () => {
  test.each([
    ['customer', 403, 403],
    ['staff', 200, 403],
    ['admin', 200, 204],
  ] as const)('%s', async (role, asStaff, asAdmin) => {
    const headers = await bearer(role);
    expect((await send('POST', BREAK, { headers })).status).toBe(asStaff);
    expect((await send('DELETE', `/cups/${CUP_ID}`, { headers })).status).toBe(asAdmin);
  });

  test('admin includes staff, staff does not include admin', () => {
    const principal = { userId: 'u', sessionId: 's' };
    expect(hasRole({ ...principal, roles: ['admin'] }, 'staff')).toBe(true);
    expect(hasRole({ ...principal, roles: ['staff'] }, 'admin')).toBe(false);
  });

  test('issuer and audience must be the configured ones', () => {
    expect(goodClaims()).toMatchObject({ iss: ISSUER, aud: AUDIENCE });
  });
});
