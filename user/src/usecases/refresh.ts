import type { Microservice } from '@souk/chassis/microservice';
import type { Cause } from '@souk/chassis/writer/input';
import type { SessionTokens } from '@souk/contracts/http/session';
import type { UserCollections } from '../storage/user-store.ts';
import type { AccessTokens } from '../tokens/access-tokens.ts';
import { presented, readRefreshToken, successorOf } from '../tokens/refresh-token.ts';
import { sessionTokens } from '../tokens/session-tokens.ts';
import { rotateSession } from './rotate-session.ts';

interface RefreshDeps {
  readonly commands: Pick<Microservice<UserCollections>, 'execute'>;
  readonly tokens: AccessTokens;
  /** A spent token was presented and its session ended: a theft, or a client with a fault. */
  warnOfReuse(found: { readonly userId: string; readonly sessionId: string }): void;
}

/** New tokens for a refresh token; undefined when it is worth nothing (any more). */
export function refresh({ commands, tokens, warnOfReuse }: RefreshDeps) {
  return async (refreshToken: string, cause: Cause): Promise<SessionTokens | undefined> => {
    const token = readRefreshToken(refreshToken);
    if (token === undefined) return undefined;
    const { sessionId } = token;
    const rotated = await commands.execute(rotateSession, { sessionId, ...presented(token) }, cause);
    switch (rotated.kind) {
      case 'refreshed':
        return sessionTokens(tokens, rotated.by, successorOf(token, rotated.nonce));
      case 'reused':
        warnOfReuse({ userId: rotated.userId, sessionId });
        return undefined;
      case 'refused':
        return undefined;
      default:
        return rotated satisfies never;
    }
  };
}
