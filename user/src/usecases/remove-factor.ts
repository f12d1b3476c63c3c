import type { ChassisCollections } from '@souk/chassis/engine/writer/chassis-collections';
import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { endAccessTokens, withoutFactor, withProof } from '../domain/credential.ts';
import type { UserCollections } from '../storage/user-store.ts';
import { generationEnded } from './end-access.ts';
import type { Shown } from './prove-identity.ts';

interface RemoveRequest extends Shown {
  readonly userId: string;
  /** the hash that the password was right for */
  readonly passwordHash: string;
}

/**
 * Removes the second factor. Access tokens end, because they may say that a code came lately; sessions go on. False: the proof
 * was used before, or the password was replaced, or there is no factor any more.
 */
export const removeFactor: UseCase<UserCollections & ChassisCollections, RemoveRequest, boolean> = {
  name: 'remove factor',
  keys: ({ userId, attempts }) => ({ credentials: [userId], attempts: [attempts], endedAccess: [userId] }),
  decide({ userId, passwordHash, proof, attempts }, world, at) {
    const credential = world.get('credentials', userId);
    if (credential?.passwordHash !== passwordHash || credential.secondFactor === null) return { answer: false };
    if (withProof(credential.secondFactor, proof) === undefined) return { answer: false };
    return { answer: true, ...generationEnded(endAccessTokens(withoutFactor(credential)), at), removes: { attempts: [attempts] } };
  },
};
