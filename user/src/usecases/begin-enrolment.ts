import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { type PendingFactor, pendingFactor } from '../domain/credential.ts';
import type { UserCollections } from '../storage/user-store.ts';

interface BeginRequest {
  readonly userId: string;
  /** the hash that the password was right for */
  readonly passwordHash: string;
  readonly sealed: string;
}

type EnrolmentBegun =
  | { readonly kind: 'pending'; readonly pending: PendingFactor }
  | { readonly kind: 'active-already' }
  /** the password was replaced, or the account deleted, in the meantime */
  | { readonly kind: 'password-replaced' };

/** Stores a secret that waits for its first code; one that waited before becomes invalid. */
export const beginEnrolment: UseCase<UserCollections, BeginRequest, EnrolmentBegun> = {
  name: 'begin enrolment',
  keys: ({ userId }) => ({ credentials: [userId] }),
  decide({ userId, passwordHash, sealed }, world, { now }) {
    const credential = world.get('credentials', userId);
    if (credential?.passwordHash !== passwordHash) return { answer: { kind: 'password-replaced' } };
    if (credential.secondFactor !== null) return { answer: { kind: 'active-already' } };
    const pending = pendingFactor(sealed, now);
    return { answer: { kind: 'pending', pending }, puts: { credentials: [{ ...credential, pendingFactor: pending }] } };
  },
};
