import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { KeysUnavailableError } from '@souk/chassis/web/sign-in/signing-keys';
import type { Jwks } from '@souk/contracts/http/session';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { accessTokens, type SigningKeys } from '../src/tokens/access-tokens.ts';
import { newSigningKey } from '../src/tokens/signing-key.ts';
import { AUDIENCE, ISSUER, type RunningUsers, runUsers } from './running-users.ts';

const STRICT = {
  issuer: ISSUER,
  audience: AUDIENCE,
  typ: 'at+jwt',
  algorithms: ['EdDSA', 'ES256'],
  requiredClaims: ['exp', 'iat', 'sub', 'jti', 'sid', 'roles'],
  maxTokenAge: '5 min',
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let users: RunningUsers;
beforeAll(async () => {
  users = await runUsers();
});
afterAll(() => users.close());

describe('the published keys', () => {
  test('are the public parts with id, algorithm and use, cacheable for 5 minutes', async () => {
    const { status, headers, body } = await users.send<Jwks>('GET', '/.well-known/jwks.json');
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('public, max-age=300');
    expect(body.keys.map((key) => Object.keys(key).toSorted())).toEqual([['alg', 'crv', 'kid', 'kty', 'use', 'x']]);
    expect(body.keys[0]).toMatchObject({ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' });
  });

  test('verify an access token under strict terms', async () => {
    const { user, tokens } = await users.signedIn();
    const keys = createRemoteJWKSet(new URL(`${users.url}/.well-known/jwks.json`));
    const { payload, protectedHeader } = await jwtVerify(tokens.accessToken, keys, STRICT);
    expect(protectedHeader).toEqual({ alg: 'EdDSA', typ: 'at+jwt', kid: expect.stringMatching(/^[\w-]{43}$/) });
    expect(payload).toMatchObject({ iss: ISSUER, aud: AUDIENCE, sub: user.id, roles: ['customer'] });
    expect(payload['sid']).toMatch(UUID);
    expect(payload.jti).toMatch(UUID);
    expect(Number(payload.exp) - Number(payload.iat)).toBe(300);
  });

  test('are available to services in the same process', async () => {
    const { tokens } = await users.signedIn();
    const { kid = '' } = decodeProtectedHeader(tokens.accessToken);
    const key = await users.keys.key(kid, 'EdDSA');
    if (key === undefined) throw new Error('no such key');
    expect((await jwtVerify(tokens.accessToken, key, STRICT)).payload.iss).toBe(ISSUER);
    expect(await users.keys.key('another', 'EdDSA')).toBeUndefined();
    expect(await users.keys.key(kid, 'ES256')).toBeUndefined();
  });
});

describe('the first keys', () => {
  const TERMS = { issuer: ISSUER, audience: AUDIENCE, tokenLifetimeMs: 300_000 };
  const BEARER = { userId: crypto.randomUUID(), sessionId: crypto.randomUUID(), generation: 1, roles: [], secondFactorAt: null };

  /** Tokens, and how often they asked for keys. */
  function asking(answer: () => Promise<SigningKeys>) {
    let asked = 0;
    const tokens = accessTokens(TERMS, () => {
      asked += 1;
      return answer();
    });
    return { tokens, asked: () => asked };
  }

  test('are loaded when one is first needed, once for all callers who wait', async () => {
    const { tokens, asked } = asking(async () => [await newSigningKey()]);
    expect(asked()).toBe(0);
    const [{ keys }, token] = await Promise.all([tokens.published(), tokens.sign(BEARER), tokens.source.fetchAhead?.()]);
    expect(decodeProtectedHeader(token).kid).toBe(keys[0]?.kid);
    expect(asked()).toBe(1);
  });

  test('given that loading failed, the caller gets the error, and the next caller tries again', async () => {
    const key = await newSigningKey();
    const away = [true, true, true];
    const { tokens } = asking(async () => {
      if (away.pop()) throw new Error('no database');
      return [key];
    });
    await tokens.source.fetchAhead?.();
    await expect(tokens.sign(BEARER)).rejects.toThrow('no database');
    await expect(tokens.source.key(key.kid, 'EdDSA')).rejects.toBeInstanceOf(KeysUnavailableError);
    expect(await tokens.source.key(key.kid, 'EdDSA')).toBeDefined();
  });

  test('given that other keys have come into use meanwhile, those stay in use', async () => {
    const [first, next] = [await newSigningKey(), await newSigningKey()];
    const late = Promise.withResolvers<SigningKeys>();
    const { tokens } = asking(() => late.promise);
    const token = tokens.sign(BEARER);
    await tokens.use([next, first]);
    late.resolve([first]);
    expect(decodeProtectedHeader(await token).kid).toBe(next.kid);
    expect(decodeProtectedHeader(await tokens.sign(BEARER)).kid).toBe(next.kid);
  });
});
