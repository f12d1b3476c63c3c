import type { Job } from '@souk/chassis/jobs';
import type { UserStore } from './storage/user-store.ts';

const DAY_MS = 86_400_000;
const AT_ONCE = 1000;

/** Sessions that are over are kept for a day, so that who asks about one can still be told. */
export function forgetSessions(store: Pick<UserStore, 'forgetSessions'>): Job {
  return {
    name: 'forget sessions',
    everyMs: 600_000,
    async run() {
      let forgotten: number;
      do {
        forgotten = await store.forgetSessions(DAY_MS, AT_ONCE);
      } while (forgotten === AT_ONCE);
    },
  };
}
