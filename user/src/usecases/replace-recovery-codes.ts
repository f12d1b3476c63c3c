import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { withProof } from '../domain/credential.ts';
import type { UserCollections } from '../storage/user-store.ts';
import type { Shown } from './prove-identity.ts';

interface ReplaceRequest extends Shown {
  readonly userId: string;
  readonly recoveryHashes: readonly string[];
}

/** Replaces the recovery codes: earlier ones become invalid. False: the proof was used before, or there is no factor any more. */
export const replaceRecoveryCodes: UseCase<UserCollections, ReplaceRequest, boolean> = {
  name: 'replace recovery codes',
  keys: ({ userId, attempts }) => ({ credentials: [userId], attempts: [attempts] }),
  decide({ userId, proof, attempts, recoveryHashes }, world) {
    const credential = world.get('credentials', userId);
    const factor = credential?.secondFactor && withProof(credential.secondFactor, proof);
    if (credential === undefined || !factor) return { answer: false };
    const secondFactor = { ...factor, recoveryHashes };
    return { answer: true, puts: { credentials: [{ ...credential, secondFactor }] }, removes: { attempts: [attempts] } };
  },
};
