import { causeOf, tellSecurity } from '@souk/chassis/web/app/request-facts';
import { router } from '@souk/chassis/web/app/router';
import { problem } from '@souk/chassis/web/problems/problem';
import { Jwks, SigningKeyRotation } from '@souk/contracts/http/session';
import { isoTime } from '../domain/representations.ts';
import { keysAt } from '../domain/stored-keys.ts';
import type { UserCommands } from '../storage/user-store.ts';
import type { AccessTokens } from '../tokens/access-tokens.ts';
import { newSigningKey } from '../tokens/signing-key.ts';
import { rotateSigningKey } from '../usecases/signing-keys.ts';
import { noLongerAdmin } from './refused.ts';

interface KeyRouteDeps {
  readonly commands: UserCommands;
  readonly tokens: Pick<AccessTokens, 'published' | 'use'>;
  /** True when the key is a setting, and is rotated there. */
  readonly isConfigured: boolean;
}

/** Verifiers ask again when they meet a key they do not know, so an old copy does no harm for a while. */
const CACHE_CONTROL = 'public, max-age=300';

/** Routes of the keys that verify access tokens (RFC 7517). */
export function keyRoutes({ commands, tokens, isConfigured }: KeyRouteDeps) {
  return router()
    .get('/.well-known/jwks.json', ({ set }) => {
      set.headers['cache-control'] = CACHE_CONTROL;
      return tokens.published();
    }, {
      // Not rate-limited: services ask for it when they meet a new key, and no flood may keep them out. It is small, and in memory.
      uncounted: true,
      response: { 200: Jwks },
      detail: { summary: 'The public keys of access tokens' },
    })
    .post('/signing-keys', async ({ principal, request, set }) => {
      if (isConfigured) throw problem('conflict', { detail: 'The key is the setting SOUK_SIGNING_KEY: change it there.' });
      const answer = await commands.execute(rotateSigningKey, { key: await newSigningKey(), actor: principal.userId }, causeOf(request));
      if (answer.kind === 'not-admin') throw noLongerAdmin();
      if (answer.kind === 'not-over') {
        throw problem('conflict', { detail: 'The last rotation is not over, as two keys are in use: wait until the older one has expired.' });
      }
      const { ring } = answer;
      const { kid, signsFrom = Date.now() } = ring.keys.at(-1) ?? ring.keys[0];
      await tokens.use(keysAt(ring, Date.now()));
      tellSecurity(request, 'key.rotated', { kid });
      set.status = 201;
      set.headers['location'] = '/.well-known/jwks.json';
      return { kid, signsFrom: isoTime(signsFrom) };
    }, {
      role: 'admin',
      refuses: ['conflict'],
      response: { 201: SigningKeyRotation },
      detail: { summary: 'Rotate the key that signs access tokens' },
    });
}
