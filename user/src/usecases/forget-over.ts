import { forgetInRounds, type Job } from '@souk/chassis/engine/jobs';
import type { MessageReads } from '@souk/chassis/engine/service-store';
import type { UserEngine, UserReads, UserStore, UserUseCase } from '../storage/user-store.ts';

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

interface EraseDeps {
  readonly commands: () => Pick<UserEngine, 'submit'>;
  readonly reads: Pick<UserReads, 'departed'>;
  readonly messages: Pick<MessageReads, 'forgetAnswersTo'>;
}

/** Deleted users whose stored answers are searched for in one batch. */
const PEOPLE_AT_ONCE = 200;

/** Each second, erases the answers stored for deleted users' idempotency keys: they contain addresses. No more come, as there is no user. */
export function eraseDeparted({ commands, reads, messages }: EraseDeps): Job {
  return {
    name: 'erase deleted users',
    everyMs: 1000,
    async run(signal) {
      await forgetInRounds(async (limit) => {
        const userIds = await reads.departed(limit);
        if (userIds.length === 0) return 0;
        await forgetInRounds((some) => messages.forgetAnswersTo(userIds, some), signal);
        if (!signal.aborted) await commands().submit(forgetDepartures, userIds);
        return userIds.length;
      }, signal, PEOPLE_AT_ONCE);
    },
  };
}

/** Forgets deleted users of whom no data is kept any more. */
const forgetDepartures: UserUseCase<readonly string[], void> = {
  name: 'forget departures',
  keys: (userIds) => ({ departures: userIds }),
  decide: (userIds) => ({ answer: undefined, removes: { departures: userIds } }),
};
