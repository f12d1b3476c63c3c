import type { ChassisCollections } from '@souk/chassis/engine/writer/chassis-collections';
import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { standingOf } from '../domain/roles.ts';
import { type Presented, rotate } from '../domain/session.ts';
import type { UserCollections } from '../storage/user-store.ts';
import type { SignedIn } from '../tokens/session-tokens.ts';
import { sessionEnded } from './end-access.ts';

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
export const rotateSession: UseCase<UserCollections & ChassisCollections, RotateRequest, Rotated> = {
  name: 'rotate session',
  keys: ({ sessionId }) => ({ sessions: [sessionId], endedAccess: [sessionId] }),
  moreKeys({ sessionId }, world) {
    const userId = world.get('sessions', sessionId)?.userId;
    return userId === undefined ? {} : { users: [userId], credentials: [userId] };
  },
  decide({ sessionId, ...presented }, world, { now }) {
    const session = world.get('sessions', sessionId);
    if (session === undefined) return { answer: { kind: 'refused' } };
    const { userId } = session;
    const user = world.get('users', userId);
    const credential = world.get('credentials', userId);
    if (user === undefined || user.disabled !== null || credential === undefined) return { answer: { kind: 'refused' } };
    const rotation = rotate(session, credential.sessionEpoch, presented, now);
    const by: SignedIn = { userId, generation: credential.accessGeneration, ...standingOf(user, credential, session) };
    switch (rotation.kind) {
      case 'rotated':
        return { answer: { kind: 'refreshed', nonce: presented.nonce, by }, puts: { sessions: [rotation.session] } };
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
