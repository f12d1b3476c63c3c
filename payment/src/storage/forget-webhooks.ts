import { setTimeout } from 'node:timers/promises';
import type { Job } from '@souk/chassis/jobs';
import type { PaymentStore } from './payment-store.ts';

/** Longer than any gateway goes on sending one again. What comes later still is harmless by state. */
const KEPT_MS = 30 * 86_400_000;
const AT_ONCE = 1000;

export function forgetWebhooks(store: Pick<PaymentStore, 'forgetWebhooks'>): Job {
  return {
    name: 'forget webhooks',
    everyMs: 3_600_000,
    async run() {
      const before = Date.now() - KEPT_MS;
      while ((await store.forgetWebhooks(before, AT_ONCE)) > 0) await setTimeout(10);
    },
  };
}
