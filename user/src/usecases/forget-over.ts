import { forgetInRounds } from '@souk/chassis/engine/forget-in-rounds';
import type { Job } from '@souk/chassis/engine/jobs';
import type { UserStore } from '../storage/user-store.ts';

const DAY_MS = 86_400_000;

/** Removes sessions a day after they are over, so that questions about one can still be answered; attempts count until their end. */
export function forgetOver(store: Pick<UserStore, 'forgetSessions' | 'forgetAttempts' | 'forgetLinks'>): Job {
  return {
    name: 'forget what is over',
    everyMs: 600_000,
    async run(signal) {
      await forgetInRounds((limit) => store.forgetSessions(DAY_MS, limit), signal);
      await forgetInRounds((limit) => store.forgetAttempts(limit), signal);
      await forgetInRounds((limit) => store.forgetLinks(limit), signal);
    },
  };
}
