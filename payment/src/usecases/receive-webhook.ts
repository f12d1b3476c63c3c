import type { DecisionContext, World } from '@souk/chassis/engine/writer/use-case';
import type { Cause } from '../domain/cause.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { GatewayMessage } from '../domain/payment-message.ts';
import { answerPayment } from '../domain/payment-saga.ts';
import { answerRefund } from '../domain/refund-saga.ts';
import type { WebhookEvent } from '../domain/webhook-event.ts';
import type { PaymentCollections } from '../storage/payment-store.ts';
import { decisionOf } from './decision-of.ts';
import type { PaymentUseCase } from './payment-use-case.ts';

/** The charge or refund of ours that a webhook is about. */
export interface WebhookSubject {
  readonly orderId: string;
  /** null: the charge itself */
  readonly refundId: string | null;
}

interface ReceivedWebhook extends Pick<WebhookEvent, 'id' | 'key' | 'said'> {
  /** null: no charge or refund of ours */
  readonly subject: WebhookSubject | null;
  /** null: it has nothing that a charge or refund reacts to */
  readonly message: GatewayMessage | null;
}

/** Outcome of a webhook, and its anomaly if it is one. `known`: it was received before. */
interface WebhookAnswer {
  readonly outcome: WebhookEvent['outcome'] | 'known';
  readonly cause: string | null;
}

type SagaWorld = World<Pick<PaymentCollections, 'payments' | 'refunds'>>;

/**
 * Stores a webhook and applies it in one transaction. It is handled like an answer to our own question, so one that comes
 * twice, late or after its opposite meets a state with a defined answer.
 */
export const receiveWebhook: PaymentUseCase<ReceivedWebhook, WebhookAnswer> = {
  name: 'receive webhook',
  keys: ({ id, subject }) => ({
    webhookEvents: [id],
    payments: subject === null ? [] : [subject.orderId],
    refunds: subject === null || subject.refundId === null ? [] : [subject.refundId],
  }),
  decide(received, world, context) {
    const { id, key, said } = received;
    if (world.get('webhookEvents', id) !== undefined) return { answer: { outcome: 'known', cause: null } };
    const came = outcomeOf(received, world, context);
    const outcome = received.subject === null && key !== null ? 'unknown' : came.kind;
    const cause = came.kind === 'anomaly' ? came.cause : null;
    const event: WebhookEvent = { id, key, said, outcome, receivedAt: context.now };
    // The answer reports an anomaly: there is no message that could become a dead letter, and the event has to be kept.
    const { puts, events, tasks } = decisionOf(came.kind === 'anomaly' ? NOTHING : came, undefined);
    return {
      answer: { outcome, cause },
      puts: { ...puts, webhookEvents: [event] },
      ...(events && { events }),
      ...(tasks && { tasks }),
      ...begunBy(received, world),
    };
  },
};

const NOTHING: Outcome = { kind: 'ignored', because: 'it says nothing about a charge or refund of ours' };

/** The charge or refund knows its cause; the gateway's request does not. */
function begunBy({ subject }: ReceivedWebhook, world: SagaWorld): { readonly cause?: Cause } {
  if (subject === null) return {};
  const { orderId, refundId } = subject;
  const begun = refundId === null ? world.get('payments', orderId) : world.get('refunds', refundId);
  return begun === undefined ? {} : { cause: begun.cause };
}

function outcomeOf({ subject, message }: ReceivedWebhook, world: SagaWorld, context: DecisionContext): Outcome {
  if (subject === null || message === null) return NOTHING;
  const { orderId, refundId } = subject;
  const payment = world.get('payments', orderId);
  if (refundId === null) return answerPayment(payment, message, context);
  const refund = world.get('refunds', refundId);
  if (refund === undefined || payment?.status !== 'captured') {
    throw new Error(`refund ${refundId} has no captured payment of order ${orderId} to belong to`);
  }
  return answerRefund(refund, message, payment, context);
}
