import type { UseCase } from '@souk/chassis/writer/use-case';
import { endAllSessions } from '../domain/credential.ts';
import type { UserCollections } from '../storage/user-store.ts';

/** Signs a user out everywhere: one row, however many sessions there are and whoever opens one at this moment. */
export const endSessions: UseCase<UserCollections, { readonly userId: string }, void> = {
  name: 'end sessions',
  keys: ({ userId }) => ({ credentials: [userId] }),
  decide({ userId }, world) {
    const credential = world.get('credentials', userId);
    return { answer: undefined, puts: { credentials: credential === undefined ? [] : [endAllSessions(credential)] } };
  },
};
