import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { chargeKey, type GatewayTask, refundKey } from '../src/domain/gateway-task.ts';
import type { GatewayMessage } from '../src/domain/payment-message.ts';
import { TEST_TOKENS } from '../src/gateway/simulator-tokens.ts';
import { advanceCharge } from '../src/usecases/advance-charge.ts';
import { advanceRefund } from '../src/usecases/advance-refund.ts';
import { followCancellation } from '../src/usecases/follow-cancellation.ts';
import { payForOrder } from '../src/usecases/pay-for-order.ts';
import { refundPayment } from '../src/usecases/refund-payment.ts';
import { eur, method, NOW, uuid } from './builders.ts';
import { type Fate, gatewayWeather } from './gateway-weather.ts';
import { cancelledOrder, readyForPayment } from './messages.ts';
import { paperWriter } from './paper-writer.ts';

interface OrderPlan {
  readonly token: string;
  readonly amount: number;
  /** how often each message is delivered; no cancellation: 0 */
  readonly ready: number;
  readonly cancelled: number;
  /** the gateway declines the refunds that staff asks for */
  readonly refusesStaff: boolean;
}

interface Step {
  readonly do: 'deliver' | 'call' | 'refund' | 'wait' | 'resume' | 'crash' | 'arrive';
  /** which message, call or payment */
  readonly pick: number;
  readonly fate: Fate;
  /** per cent of the payment to refund */
  readonly share: number;
  readonly ms: number;
}

const orders = fc.array(
  fc.record<OrderPlan>({
    token: fc.constantFrom(...TEST_TOKENS.keys()),
    amount: fc.integer({ min: 0, max: 3000 }),
    ready: fc.integer({ min: 1, max: 3 }),
    cancelled: fc.integer({ min: 0, max: 3 }),
    refusesStaff: fc.boolean(),
  }),
  { minLength: 1, maxLength: 4 },
);

const steps = fc.array(
  fc.record<Step>({
    do: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom('deliver', 'call', 'refund') },
      { weight: 5, arbitrary: fc.constantFrom('wait', 'resume', 'crash', 'arrive') },
    ),
    pick: fc.nat(),
    fate: fc.constantFrom('answered', 'answered', 'request-lost', 'answer-lost', 'delayed'),
    share: fc.integer({ min: 1, max: 150 }),
    ms: fc.integer({ min: 1, max: 14_000 }),
  }),
  { maxLength: 60, size: 'max' },
);

/** A shop with a few orders, driven step by step. */
function shop(plans: readonly OrderPlan[]) {
  let now = NOW;
  const writer = paperWriter();
  const gateway = gatewayWeather(() => now, writer.newId);
  let tasks: GatewayTask[] = [];
  const idOf = (index: number): string => uuid(0xf000 + index);
  for (const [index, { token }] of plans.entries())
    writer.rows.paymentMethods.set(idOf(index), method({ id: idOf(index), token }));
  const messages = plans.flatMap(({ amount, ready, cancelled }, index) => {
    const orderId = uuid(0xa000 + index);
    const asked = readyForPayment({ orderId, amount: eur(amount), paymentMethodId: idOf(index) });
    return [
      ...Array.from({ length: ready }, () => () => took(writer.settle(payForOrder, asked, now).tasks)),
      ...Array.from(
        { length: cancelled },
        () => () => took(writer.settle(followCancellation, cancelledOrder({ orderId }), now).tasks),
      ),
    ];
  });

  function took(more: readonly GatewayTask[]): void {
    tasks.push(...more);
  }

  function record(task: GatewayTask, message: GatewayMessage): void {
    const { orderId } = task;
    if ('refundId' in task)
      took(writer.settle(advanceRefund, { orderId, refundId: task.refundId, message }, now).tasks);
    else took(writer.settle(advanceCharge, { orderId, message }, now).tasks);
  }

  function removed<T>(list: T[], pick: number): T | undefined {
    return list.length === 0 ? undefined : list.splice(pick % list.length, 1)[0];
  }

  /** What the job of the service does. */
  function resume(): void {
    const message = { on: 'check.due' } as const;
    for (const { status, orderId } of writer.rows.payments.values()) {
      if (status === 'pending') took(writer.settle(advanceCharge, { orderId, message }, now).tasks);
    }
    for (const { status, id: refundId, orderId } of writer.rows.refunds.values()) {
      if (status === 'pending') took(writer.settle(advanceRefund, { orderId, refundId, message }, now).tasks);
    }
  }

  function askForRefund(pick: number, share: number): void {
    const payment = [...writer.rows.payments.values()][pick % Math.max(1, writer.rows.payments.size)];
    if (payment === undefined || payment.amount === null) return;
    const amount = eur(Math.max(1, Math.floor((payment.amount.amount * share) / 100)));
    const command = { orderId: payment.orderId, amount, reason: 'late', requestedBy: uuid(0xe) };
    took(writer.settle(refundPayment, command, now).tasks);
  }

  async function pass(ms: number): Promise<void> {
    now += ms;
    await gateway.arrive(now);
  }

  /** Never one that the saga itself asked for: that one waits for a person. */
  function isRefused(task: GatewayTask): boolean {
    const isOfStaff = 'refundId' in task && writer.rows.refunds.get(task.refundId)?.requestedBy !== null;
    return isOfStaff && plans.some(({ refusesStaff }, index) => refusesStaff && uuid(0xa000 + index) === task.orderId);
  }

  async function call(pick: number, fate: Fate): Promise<void> {
    const task = removed(tasks, pick);
    if (task !== undefined) record(task, await gateway.run(task, isRefused(task) ? 'refused' : fate));
  }

  async function take(step: Step): Promise<void> {
    switch (step.do) {
      case 'deliver':
        return removed(messages, step.pick)?.();
      case 'call':
        return call(step.pick, step.fate);
      case 'refund':
        return askForRefund(step.pick, step.share);
      case 'wait':
        return pass(step.ms);
      case 'arrive':
        return gateway.arrive();
      case 'resume':
        return resume();
      case 'crash':
        tasks = [];
        return undefined;
      default:
        return step.do satisfies never;
    }
  }

  const open = (): number =>
    [...writer.rows.payments.values(), ...writer.rows.refunds.values()].filter(({ status }) => status === 'pending')
      .length;

  /** Every message comes, the weather clears up, time passes. */
  async function settleDown(): Promise<void> {
    while (messages.length > 0) removed(messages, 0)?.();
    for (let round = 0; tasks.length > 0 || open() > 0; round += 1) {
      if (round > 100) throw new Error('never settles');
      while (tasks.length > 0) await call(0, 'answered');
      await pass(61_000);
      resume();
    }
    await gateway.arrive();
  }

  return { writer, gateway, take, settleDown, clock: () => now };
}

type Shop = ReturnType<typeof shop>;

/** Taken and given back by the gateway for an order, in minor units: the facts that the rows have to agree with. */
function booked({ writer, gateway, clock }: Shop, orderId: string) {
  const payment = writer.rows.payments.get(orderId);
  const charge = payment && gateway.ledger.charge(chargeKey(payment.id));
  const taken = charge !== undefined && charge.declined === null && charge.settlesAt <= clock() ? charge.amount : 0;
  const givenBack = charge === undefined ? 0 : gateway.ledger.refundedOf(charge.reference);
  return { payment, taken, givenBack };
}

function neverTooMuch(run: Shop): void {
  for (const payment of run.writer.rows.payments.values()) {
    const { taken, givenBack } = booked(run, payment.orderId);
    expect(givenBack).toBeLessThanOrEqual(taken);
    if (payment.status !== 'captured') continue;
    expect(taken).toBe(payment.amount.amount);
    expect(payment.refunded).toBeLessThanOrEqual(givenBack);
    expect(givenBack).toBeLessThanOrEqual(payment.refunded + payment.refunding);
    expect(payment.refunded + payment.refunding).toBeLessThanOrEqual(payment.amount.amount);
  }
  expect(run.writer.anomalies).toEqual([]);
}

function endsRight(run: Shop, plans: readonly OrderPlan[]): void {
  for (const [index, plan] of plans.entries()) {
    const orderId = uuid(0xa000 + index);
    const { payment, taken, givenBack } = booked(run, orderId);
    if (payment === undefined) throw new Error('an order without a row');
    const declines = TEST_TOKENS.get(plan.token)?.does === 'decline';
    if (plan.cancelled > 0) expect(taken - givenBack).toBe(0);
    else expect(payment.status).toBe(declines ? 'failed' : 'captured');
    if (payment.status === 'captured') {
      expect(taken).toBe(plan.amount);
      expect(payment).toMatchObject({ refunded: givenBack, refunding: 0 });
    } else expect(taken).toBe(0);
  }
  for (const refund of run.writer.rows.refunds.values()) {
    const amount = run.gateway.ledger.refund(refundKey(refund.id))?.amount;
    expect(amount).toBe(refund.status === 'succeeded' ? refund.amount.amount : undefined);
  }
}

/** 1..n without a gap, and told at most once. */
function historiesAreWhole({ writer }: Shop): void {
  const entries = writer.history.map((entry) => ({ ...entry, name: 'type' in entry ? entry.type : entry.note }));
  for (const [, stream] of Map.groupBy(entries, (entry) => entry.stream)) {
    expect(stream.map(({ version }) => version)).toEqual(stream.map((_, index) => index + 1));
    expect(stream.filter(({ name }) => name === 'payment.completed').length).toBeLessThanOrEqual(1);
  }
  for (const { id, version } of writer.rows.payments.values()) {
    expect(entries.filter(({ stream }) => stream === id)).toHaveLength(version);
  }
}

test('whatever is lost, doubled or late: one charge at most, and what is cancelled is given back', async () => {
  await fc.assert(
    fc.asyncProperty(orders, steps, async (plans, program) => {
      const run = shop(plans);
      try {
        for (const step of program) {
          await run.take(step);
          neverTooMuch(run);
        }
        await run.settleDown();
        neverTooMuch(run);
        endsRight(run, plans);
        historiesAreWhole(run);
      } finally {
        run.gateway.ledger.close();
      }
    }),
    { numRuns: 500 },
  );
}, 60_000);
