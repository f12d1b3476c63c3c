import { router } from '@souk/chassis/http/router';
import { Jwks } from '@souk/contracts/http/session';
import type { AccessTokens } from '../tokens/access-tokens.ts';

/** Verifiers ask again by themselves when they meet a key they do not know, so an old copy does no harm for a while. */
const CACHE_CONTROL = 'public, max-age=300';

/** The keys that access tokens are verified with (RFC 7517). */
export function keyRoutes(tokens: Pick<AccessTokens, 'published'>) {
  return router().get('/.well-known/jwks.json', ({ set }) => {
    set.headers['cache-control'] = CACHE_CONTROL;
    return tokens.published();
  }, {
    response: { 200: Jwks },
    detail: { summary: 'The public keys of access tokens' },
  });
}
