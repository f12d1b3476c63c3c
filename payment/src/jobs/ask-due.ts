import { forEachOf } from '@souk/chassis/telemetry/repeated-faults';
import type { Job } from '@souk/chassis/engine/jobs';
import type { Engine } from '@souk/chassis/engine/engine';
import type { GatewayTask } from '../domain/gateway-task.ts';
import type { PaymentCollections, PaymentReads } from '../storage/payment-store.ts';
import { advanceCharge } from '../usecases/advance-charge.ts';
import { advanceRefund } from '../usecases/advance-refund.ts';

interface AskDueDeps {
  readonly reads: Pick<PaymentReads, 'duePayments' | 'dueRefunds'>;
  readonly submit: Engine<PaymentCollections, GatewayTask>['submit'];
  /** Number of calls that could start at once; no more than that are begun. */
  readonly room: () => number;
}

const DUE = { on: 'check.due' } as const;

/** Finds, by their due time, the charges and refunds with an unknown end: left open by the gateway, or by a crash. */
export function askDue({ reads, submit, room }: AskDueDeps): Job {
  return {
    name: 'ask the gateway about what is due',
    everyMs: 1000,
    async run() {
      const limit = room();
      if (limit === 0) return;
      const payments = await reads.duePayments(limit);
      const refunds = await reads.dueRefunds(limit);
      const asking = [
        ...payments.map(({ orderId }) => ({ orderId, ask: () => submit(advanceCharge, { orderId, message: DUE }) })),
        ...refunds.map(({ orderId, refundId }) => ({ orderId, ask: () => submit(advanceRefund, { orderId, refundId, message: DUE }) })),
      ];
      await forEachOf(asking, ({ orderId }) => ({ orderId }), ({ ask }) => ask());
    },
  };
}
