import type { Engine } from '@souk/chassis/engine/engine';
import { WriterClosedError } from '@souk/chassis/input-errors';
import { CHARGE_NOT_CAPTURED, type GatewayMessage, type GatewayTask } from '../domain/gateway-call.ts';
import type { PaymentCollections } from '../storage/payment-store.ts';
import { advanceCharge, advanceRefund } from '../usecases/advance-payment.ts';

interface RecordAnswerDeps {
  readonly submit: Engine<PaymentCollections, GatewayTask>['submit'];
  /** Reports an anomaly to a person: there is no message that could become a dead letter. */
  readonly anomaly: (cause: string, task: GatewayTask) => void;
  /** A refund was refused because the gateway has not taken the money yet; it is sent again. */
  readonly tooEarly: (task: GatewayTask) => void;
}

/** Submits the gateway's answer to the writer as an input. */
export function recordAnswer({ submit, anomaly, tooEarly }: RecordAnswerDeps) {
  return async (task: GatewayTask, message: GatewayMessage): Promise<void> => {
    if (task.kind === 'refund' && message.on === 'gateway.declined' && message.reason === CHARGE_NOT_CAPTURED) tooEarly(task);
    try {
      const cause = await ('refundId' in task
        ? submit(advanceRefund, { orderId: task.orderId, refundId: task.refundId, message })
        : submit(advanceCharge, { orderId: task.orderId, message }));
      if (cause !== null) anomaly(cause, task);
    } catch (error) {
      // The row becomes due again, so the gateway is asked again after the next start.
      if (!(error instanceof WriterClosedError)) throw error;
    }
  };
}
