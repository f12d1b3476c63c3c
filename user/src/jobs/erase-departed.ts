import { forgetInRounds, type Job } from '@souk/chassis/engine/jobs';
import type { MessageReads } from '@souk/chassis/engine/service-store';
import type { Engine } from '@souk/chassis/engine/engine';
import type { UserCollections, UserReads } from '../storage/user-store.ts';
import { forgetDepartures } from '../usecases/forget-departures.ts';

interface EraseDeps {
  readonly commands: () => Pick<Engine<UserCollections>, 'submit'>;
  readonly reads: Pick<UserReads, 'departed'>;
  readonly messages: Pick<MessageReads, 'forgetAnswersTo'>;
}

/** Deleted users whose stored answers are searched for in one batch. */
const PEOPLE_AT_ONCE = 200;

/** Each second, erases the answers stored for deleted users' idempotency keys: they contain addresses. No more come, as there is no user. */
export function eraseDeparted({ commands, reads, messages }: EraseDeps): Job {
  return {
    name: 'erase who has left',
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
