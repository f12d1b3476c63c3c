import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { chargeKey, refundKey } from '../src/domain/gateway-call.ts';
import { TEST_TOKENS } from '../src/gateway/simulator.ts';
import { type OrderPlan, orderOf, type Step, type StormyShop, stormyShop } from './stormy-shop.ts';

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
      { weight: 8, arbitrary: fc.constantFrom('deliver', 'call', 'refund', 'tell') },
      { weight: 5, arbitrary: fc.constantFrom('wait', 'resume', 'crash', 'arrive') },
    ),
    pick: fc.nat(),
    fate: fc.constantFrom('answered', 'answered', 'request-lost', 'answer-lost', 'delayed', 'too-early'),
    share: fc.integer({ min: 1, max: 150 }),
    ms: fc.integer({ min: 1, max: 14_000 }),
  }),
  { maxLength: 60, size: 'max' },
);

/** Taken and given back by the gateway for an order, in minor units: the facts that the rows have to agree with. */
function booked({ writer, gateway, clock }: StormyShop, orderId: string) {
  const payment = writer.rows.payments.get(orderId);
  const charge = payment && gateway.ledger.charge(chargeKey(payment.id));
  const taken = charge !== undefined && charge.declined === null && charge.settlesAt <= clock() ? charge.amount : 0;
  const givenBack = charge === undefined ? 0 : gateway.ledger.refundedOf(charge.reference);
  return { payment, taken, givenBack };
}

function neverTooMuch(run: StormyShop): void {
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

function endsRight(run: StormyShop, plans: readonly OrderPlan[]): void {
  for (const [index, plan] of plans.entries()) {
    const orderId = orderOf(index);
    const { payment, taken, givenBack } = booked(run, orderId);
    if (payment === undefined) throw new Error('an order without a row');
    // An amount of 0 is captured without asking the gateway.
    const declines = plan.amount > 0 && TEST_TOKENS.get(plan.token)?.does === 'decline';
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
function historiesAreWhole({ writer }: StormyShop): void {
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
      const run = stormyShop(plans);
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
