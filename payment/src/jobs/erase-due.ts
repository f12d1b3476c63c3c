import { forgetInRounds, type Job } from '@souk/chassis/engine/jobs';
import type { MessageReads } from '@souk/chassis/engine/service-store';
import type { Engine } from '@souk/chassis/engine/engine';
import type { GatewayTask } from '../domain/gateway-task.ts';
import type { PaymentCollections, PaymentReads } from '../storage/payment-store.ts';
import { erasePaymentMethods } from '../usecases/erase-payment-methods.ts';

interface EraseDueDeps {
  readonly reads: Pick<PaymentReads, 'usersToErase' | 'methods'>;
  readonly messages: Pick<MessageReads, 'forgetAnswersTo'>;
  readonly submit: Engine<PaymentCollections, GatewayTask>['submit'];
}

const USERS_AT_ONCE = 20;
const METHODS_AT_ONCE = 100;

/**
 * Erases the payment methods of deleted users, and the answers kept for their retries. If the process dies meanwhile, the
 * next round does it.
 */
export function eraseDue({ reads, messages, submit }: EraseDueDeps): Job {
  async function eraseOf(userId: string): Promise<void> {
    const methods = await reads.methods(userId, { before: undefined, limit: METHODS_AT_ONCE });
    const ids = methods.map(({ id }) => id);
    await submit(erasePaymentMethods, { userId, ids, foundAll: ids.length < METHODS_AT_ONCE });
  }
  return {
    name: 'erase payment methods of deleted users',
    everyMs: 1000,
    async run(signal) {
      const users = await reads.usersToErase(USERS_AT_ONCE);
      const userIds = users.map(({ userId }) => userId);
      await forgetInRounds((limit) => messages.forgetAnswersTo(userIds, limit), signal);
      // After an abort, users who are not marked as done are found again.
      if (!signal.aborted) await Promise.all(userIds.map(eraseOf));
    },
  };
}
