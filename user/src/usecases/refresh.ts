import type { Engine } from '@souk/chassis/engine/engine';
import type { Cause } from '@souk/chassis/cause';
import type { SessionTokens } from '@souk/contracts/http/session';
import type { UserCollections } from '../storage/user-store.ts';
import { presented, readRefreshToken, successorOf } from '../tokens/opaque-tokens.ts';
import type { SessionTokensGiven } from '../tokens/session-tokens.ts';
import { rotateSession } from './rotate-session.ts';

interface RefreshDeps {
  readonly commands: Pick<Engine<UserCollections>, 'execute'>;
  readonly tokens: SessionTokensGiven;
}

export type Refreshed =
  | { readonly kind: 'refreshed'; readonly tokens: SessionTokens }
  /** Nothing has ended: the client has a newer token, or will have. */
  | { readonly kind: 'overtaken' }
  | { readonly kind: 'too-often'; readonly waitMs: number }
  /** It was spent long ago, so its session has ended now: a theft, or a faulty client. */
  | { readonly kind: 'reused'; readonly userId: string; readonly sessionId: string }
  /** The token is not valid (any more). */
  | { readonly kind: 'refused' };

/** Exchanges a refresh token for new tokens. */
export function refresh({ commands, tokens }: RefreshDeps) {
  return async (refreshToken: string, cause: Cause): Promise<Refreshed> => {
    const token = readRefreshToken(refreshToken);
    if (token === undefined) return { kind: 'refused' };
    const { sessionId } = token;
    const rotated = await commands.execute(rotateSession, { sessionId, ...presented(token) }, cause);
    switch (rotated.kind) {
      case 'refreshed':
        return { kind: 'refreshed', tokens: await tokens.all(rotated.by, successorOf(token, rotated.nonce)) };
      case 'reused':
        return { ...rotated, sessionId };
      case 'overtaken':
      case 'too-often':
      case 'refused':
        return rotated;
      default:
        return rotated satisfies never;
    }
  };
}
