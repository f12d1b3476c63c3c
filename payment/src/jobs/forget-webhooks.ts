import { forgetInRounds, type Job } from '@souk/chassis/engine/jobs';
import type { PaymentStore } from '../storage/payment-store.ts';

/** Longer than any gateway keeps sending a webhook again. One that comes even later is harmless because of the state. */
const KEPT_MS = 30 * 86_400_000;

export function forgetWebhooks(store: Pick<PaymentStore, 'forgetWebhooks'>): Job {
  return {
    name: 'forget webhooks',
    everyMs: 3_600_000,
    async run(signal) {
      const before = Date.now() - KEPT_MS;
      await forgetInRounds((limit) => store.forgetWebhooks(before, limit), signal);
    },
  };
}
