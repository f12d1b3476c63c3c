import type { ChassisCollections } from '@souk/chassis/engine/writer/chassis-collections';
import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { endAllSessions } from '../domain/credential.ts';
import type { UserCollections } from '../storage/user-store.ts';
import { generationEnded } from './end-access.ts';

/** Signs a user out everywhere by a change of one row, however many sessions there are, even one that opens at this moment. */
export const endSessions: UseCase<UserCollections & ChassisCollections, { readonly userId: string }, void> = {
  name: 'end sessions',
  keys: ({ userId }) => ({ credentials: [userId], endedAccess: [userId] }),
  decide({ userId }, world, context) {
    const credential = world.get('credentials', userId);
    if (credential === undefined) return { answer: undefined };
    return { answer: undefined, ...generationEnded(endAllSessions(credential), context) };
  },
};
