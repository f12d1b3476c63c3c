import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { type Attempts, FREE_FAILURES, withFailure, withoutFailure } from '../domain/attempts.ts';
import type { UserCollections } from '../storage/user-store.ts';
import { type Attempt, countedFor, NEVER_WAITS } from './count-attempts.ts';

interface Outcome {
  readonly key: string;
}

/** Counts a wrong password for the client address; the account has counted it already. */
export const countAddress: UseCase<UserCollections, Outcome, void> = {
  name: 'count address',
  keys: ({ key }) => ({ attempts: [key] }),
  decide({ key }, world, { now }) {
    const after = withFailure(world.get('attempts', key), key, FREE_FAILURES.address, now);
    return { answer: undefined, puts: { attempts: [after] } };
  },
};

/** Forgets the failures, after a right password. */
export const forgetAttempts: UseCase<UserCollections, Outcome, void> = {
  name: 'forget attempts',
  keys: ({ key }) => ({ attempts: [key] }),
  decide: ({ key }) => ({ answer: undefined, removes: { attempts: [key] } }),
};

/** Takes back a try whose password was not checked. */
export const withdrawAttempt: UseCase<UserCollections, Attempt, void> = {
  name: 'withdraw attempt',
  keys: (attempt) => ({ attempts: countedFor(attempt) }),
  decide({ key, from }, world) {
    const before = world.get('attempts', key);
    const both = from && world.get('attempts', from.both);
    const attempts: Attempts[] = [];
    if (before !== undefined) attempts.push(withoutFailure(before, FREE_FAILURES.account));
    if (both !== undefined) attempts.push(withoutFailure(both, NEVER_WAITS));
    return { answer: undefined, puts: { attempts } };
  },
};
