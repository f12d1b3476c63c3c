import { KEYED_ANSWERS } from '@souk/chassis/engine/writer/answer-key';
import { NO_CAUSE } from '@souk/chassis/cause';
import type { NewEvent, NewNote } from '@souk/chassis/engine/writer/use-case';
import { checkEventData } from '@souk/contracts/envelope';
import type { Payment } from '../src/domain/payment.ts';
import { PAYMENT_STATE_COLUMNS, paymentToRow } from '../src/storage/payment-rows.ts';
import type { PaymentCollections } from '../src/storage/payment-store.ts';
import type { PaymentUseCase } from '../src/usecases/payment-use-case.ts';
import { uuid } from './builders.ts';

type Rows = { readonly [N in keyof PaymentCollections]: Map<string, PaymentCollections[N]> };

/** The writer on paper: one input after the other, state in maps, the clock where the test puts it. */
export function paperWriter() {
  const rows: Rows = {
    payments: new Map(),
    refunds: new Map(),
    paymentMethods: new Map(),
    customers: new Map(),
    webhookEvents: new Map(),
    erasedUsers: new Map(),
  };
  const history: (NewEvent | NewNote)[] = [];
  const anomalies: string[] = [];
  const states = new Map<string, string>();
  let ids = 0;
  const newId = (): string => uuid((ids += 1));

  function settle<Input, Answer>(useCase: PaymentUseCase<Input, Answer>, input: Input, now: number) {
    const keys = useCase.keys(input);
    const get = <N extends keyof PaymentCollections>(collection: N, key: string): PaymentCollections[N] | undefined => {
      if (keys[collection]?.includes(key) !== true) throw new Error(`${collection} ${key} was not asked for`);
      return rows[collection].get(key);
    };
    const { answer, puts = {}, events = [], tasks = [], anomaly } = useCase.decide(input, { get }, { now, newId, cause: NO_CAUSE, answerForm: KEYED_ANSWERS });
    if (anomaly !== undefined) anomalies.push(anomaly);
    for (const payment of puts.payments ?? []) {
      rows.payments.set(payment.orderId, payment);
      expectToldApart(payment);
    }
    for (const refund of puts.refunds ?? []) rows.refunds.set(refund.id, refund);
    for (const method of puts.paymentMethods ?? []) rows.paymentMethods.set(method.id, method);
    for (const customer of puts.customers ?? []) rows.customers.set(customer.id, customer);
    for (const event of puts.webhookEvents ?? []) rows.webhookEvents.set(event.id, event);
    for (const user of puts.erasedUsers ?? []) rows.erasedUsers.set(user.userId, user);
    for (const event of events) {
      const wrong = 'type' in event ? checkEventData(event.type, event.data) : null;
      if (wrong !== null) throw new Error(wrong);
      history.push(event);
    }
    return { answer, tasks };
  }

  /** The writer remembers payments, and knows by these columns whether another process has changed one. */
  function expectToldApart(payment: Payment): void {
    const { updated_at: _, ...row } = paymentToRow(payment);
    const state = JSON.stringify([payment.id, ...PAYMENT_STATE_COLUMNS.map((column) => row[column])]);
    const whole = JSON.stringify(row);
    if ((states.get(state) ?? whole) !== whole) throw new Error(`${state} has been two payments: ${states.get(state)} and ${whole}`);
    states.set(state, whole);
  }

  return { rows, history, anomalies, newId, settle };
}
