import type { Cause } from '@souk/chassis/cause';
import type { SessionTokens } from '@souk/contracts/http/session';
import { type Presented, rotate } from '../domain/session.ts';
import { standingOf } from '../domain/user.ts';
import type { UserCommands, UserUseCase } from '../storage/user-store.ts';
import type { SessionTokensGiven, SignedIn } from '../tokens/access-tokens.ts';
import { presented, readRefreshToken, successorOf } from '../tokens/opaque-tokens.ts';
import { sessionEnded } from './end-access.ts';

interface RefreshDeps {
  readonly commands: UserCommands;
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

interface RotateRequest extends Presented {
  readonly sessionId: string;
}

type Rotated =
  /** `nonce`: the valid successor is made with it */
  | { readonly kind: 'refreshed'; readonly nonce: string; readonly by: SignedIn }
  | { readonly kind: 'overtaken' }
  | { readonly kind: 'too-often'; readonly waitMs: number }
  | { readonly kind: 'reused'; readonly userId: string }
  | { readonly kind: 'refused' };

/** Replaces a session's refresh token; the answer has the present roles. */
export const rotateSession: UserUseCase<RotateRequest, Rotated> = {
  name: 'rotate session',
  keys: ({ sessionId }) => ({ sessions: [sessionId], endedAccess: [sessionId] }),
  moreKeys({ sessionId }, world) {
    const userId = world.get('sessions', sessionId)?.userId;
    return userId === undefined ? {} : { users: [userId], credentials: [userId] };
  },
  decide({ sessionId, ...token }, world, { now }) {
    const session = world.get('sessions', sessionId);
    if (session === undefined) return { answer: { kind: 'refused' } };
    const { userId } = session;
    const user = world.get('users', userId);
    const credential = world.get('credentials', userId);
    if (user === undefined || user.disabled !== null || credential === undefined) return { answer: { kind: 'refused' } };
    const rotation = rotate(session, credential.sessionEpoch, token, now);
    const by: SignedIn = { userId, generation: credential.accessGeneration, ...standingOf(user, credential, session) };
    switch (rotation.kind) {
      case 'rotated':
        return { answer: { kind: 'refreshed', nonce: token.nonce, by }, puts: { sessions: [rotation.session] } };
      case 'repeated':
        return { answer: { kind: 'refreshed', nonce: rotation.nonce, by } };
      case 'reused':
        return { answer: { kind: 'reused', userId }, ...sessionEnded(rotation.session, { now }) };
      case 'overtaken':
      case 'too-often':
      case 'refused':
        return { answer: rotation };
      default:
        return rotation satisfies never;
    }
  },
};
