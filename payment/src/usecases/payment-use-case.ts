import type { Decision, NewEvent, NewNote, UseCase } from '@souk/chassis/engine/writer/use-case';
import type { EventEnvelope } from '@souk/contracts/envelope';
import type { Topic } from '@souk/contracts/topics';
import type { GatewayTask } from '../domain/gateway-call.ts';
import type { Changed, HistoryEntry, Outcome } from '../domain/outcome.ts';
import type { Payment } from '../domain/payment.ts';
import type { PaymentCollections } from '../storage/payment-store.ts';

export type PaymentUseCase<Input, Answer> = UseCase<PaymentCollections, Input, Answer, GatewayTask>;

export type PaymentMessageHandler<T extends Topic> = PaymentUseCase<EventEnvelope<T>, void>;

type PaymentDecision<Answer> = Decision<PaymentCollections, Answer, GatewayTask>;

/** Translates an outcome for the writer. */
export function decisionOf<Answer>(outcome: Outcome, answer: Answer): PaymentDecision<Answer> {
  switch (outcome.kind) {
    case 'ignored':
      return { answer };
    case 'anomaly':
      return { answer, anomaly: outcome.because };
    case 'changed':
      return changes(outcome, answer);
    default:
      return outcome satisfies never;
  }
}

function changes<Answer>({ payment, refunds, history, tasks }: Changed, answer: Answer): PaymentDecision<Answer> {
  const before = payment.version - history.length;
  return {
    answer,
    puts: refunds.length === 0 ? { payments: [payment] } : { payments: [payment], refunds },
    events: history.map((entry, index) => entryOf(entry, payment, before + index + 1)),
    tasks,
  };
}

/** The payment is the stream; the order's id is the message key of all its messages. */
function entryOf(entry: HistoryEntry, { id, orderId }: Payment, version: number): NewEvent | NewNote {
  return { ...entry, key: orderId, stream: id, version };
}
