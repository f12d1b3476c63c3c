import type { World } from '@souk/chassis/engine/writer/use-case';
import type { Money } from '@souk/contracts/money';
import type { CheckDue, GatewayMessage, WebhookEvent } from '../domain/gateway-call.ts';
import { ignored, type Outcome, type Surroundings } from '../domain/outcome.ts';
import type { Cause } from '../domain/payment.ts';
import { answerPayment } from '../domain/payment-saga.ts';
import { answerRefund, type RefundDecision, requestRefund } from '../domain/refund-saga.ts';
import type { PaymentCollections } from '../storage/payment-store.ts';
import { decisionOf, type PaymentMessageHandler, type PaymentUseCase } from './payment-use-case.ts';

/** `live`: true when the gateway moves money. */
export function payForOrder(live: boolean): PaymentMessageHandler<'order.ready_for_payment'> {
  return {
    name: 'pay for order',
    keys: ({ data: { orderId, paymentMethodId } }) => ({ payments: [orderId], paymentMethods: [paymentMethodId] }),
    decide({ data: { orderId, userId, amount, paymentMethodId } }, world, context) {
      const method = world.get('paymentMethods', paymentMethodId);
      const message = { on: 'order.ready_for_payment', orderId, userId, amount, method, live } as const;
      return decisionOf(answerPayment(world.get('payments', orderId), message, context), undefined);
    },
  };
}

export const followCancellation: PaymentMessageHandler<'order.cancelled'> = {
  name: 'follow cancellation',
  keys: ({ data: { orderId } }) => ({ payments: [orderId] }),
  decide({ data: { orderId, userId } }, world, context) {
    const message = { on: 'order.cancelled', orderId, userId } as const;
    return decisionOf(answerPayment(world.get('payments', orderId), message, context), undefined);
  },
};

interface RefundCommand {
  /** the payment's order; payments are kept by order id */
  readonly orderId: string;
  readonly amount: Money;
  readonly reason: string;
  readonly requestedBy: string;
  /** limit in minor units on all refunds of the payment, by anybody, this one included; absent: none */
  readonly most?: number;
}

export const refundPayment: PaymentUseCase<RefundCommand, RefundDecision> = {
  name: 'refund payment',
  canWait: true,
  keys: ({ orderId }) => ({ payments: [orderId] }),
  decide({ orderId, ...request }, world, context) {
    const payment = world.get('payments', orderId);
    if (payment === undefined) throw new Error(`the payment of order ${orderId} is missing, and payments are never deleted`);
    const decision = requestRefund(payment, request, context);
    return decision.kind === 'accepted' ? decisionOf(decision.change, decision) : { answer: decision };
  },
};

type GatewayNews = GatewayMessage | CheckDue;

/** Applies the gateway's answer about a charge, or a due check. Answers the anomaly, or null if there is none. */
export const advanceCharge: PaymentUseCase<{ readonly orderId: string; readonly message: GatewayNews }, string | null> = {
  name: 'advance charge',
  keys: ({ orderId }) => ({ payments: [orderId] }),
  decide({ orderId, message }, world, context) {
    const { outcome, begunBy } = advanced({ orderId, refundId: null }, message, world, context);
    return { ...decisionOf(outcome, anomalyOf(outcome)), ...begunBy };
  },
};

/** Applies the gateway's answer about a refund, or a due check. Answers the anomaly, or null if there is none. */
export const advanceRefund: PaymentUseCase<{ readonly orderId: string; readonly refundId: string; readonly message: GatewayNews }, string | null> = {
  name: 'advance refund',
  keys: ({ orderId, refundId }) => ({ payments: [orderId], refunds: [refundId] }),
  decide({ orderId, refundId, message }, world, context) {
    const { outcome, begunBy } = advanced({ orderId, refundId }, message, world, context);
    return { ...decisionOf(outcome, anomalyOf(outcome)), ...begunBy };
  },
};

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

const NOTHING: Advanced = { outcome: ignored('it says nothing about a charge or refund of ours'), begunBy: {} };

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
  decide({ id, key, said, subject, message }, world, context) {
    if (world.get('webhookEvents', id) !== undefined) return { answer: { outcome: 'known', cause: null } };
    const { outcome, begunBy } = subject === null || message === null ? NOTHING : advanced(subject, message, world, context);
    const kept = subject === null && key !== null ? 'unknown' : outcome.kind;
    const event: WebhookEvent = { id, key, said, outcome: kept, receivedAt: context.now };
    // The answer reports an anomaly: there is no message that could become a dead letter, and the event has to be kept.
    const { puts, events, tasks } = decisionOf(outcome.kind === 'anomaly' ? NOTHING.outcome : outcome, undefined);
    return {
      answer: { outcome: kept, cause: anomalyOf(outcome) },
      puts: { ...puts, webhookEvents: [event] },
      ...(events && { events }),
      ...(tasks && { tasks }),
      ...begunBy,
    };
  },
};

interface Advanced {
  readonly outcome: Outcome;
  /** The charge or refund knows its cause; the gateway's answer or request does not. Empty: there is none yet. */
  readonly begunBy: { readonly cause?: Cause };
}

type SagaWorld = World<Pick<PaymentCollections, 'payments' | 'refunds'>>;

/** Answers the gateway's news about a charge or a refund by its table. */
function advanced({ orderId, refundId }: WebhookSubject, message: GatewayNews, world: SagaWorld, surroundings: Surroundings): Advanced {
  const payment = world.get('payments', orderId);
  if (refundId === null) return { outcome: answerPayment(payment, message, surroundings), begunBy: payment === undefined ? {} : { cause: payment.cause } };
  const refund = world.get('refunds', refundId);
  if (refund === undefined || payment?.status !== 'captured') {
    throw new Error(`refund ${refundId} has no captured payment of order ${orderId} to belong to`);
  }
  return { outcome: answerRefund(refund, message, payment, surroundings), begunBy: { cause: refund.cause } };
}

function anomalyOf(outcome: Outcome): string | null {
  return outcome.kind === 'anomaly' ? outcome.because : null;
}
