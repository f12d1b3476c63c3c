import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { awaitsDelivery } from '../../src/domain/order.ts';
import type { OrderMessage } from '../../src/domain/order-saga.ts';
import { NOW } from '../orders.ts';
import { check, WITH_SEED } from '../seed.ts';
import { type Letter, type Plan, simulateOrder } from './saga-simulation.ts';

type Simulation = ReturnType<typeof simulateOrder>;

const plans = fc.record<Plan>({ stock: fc.constantFrom('enough', 'short'), card: fc.constantFrom('good', 'declined') });
const cancel: OrderMessage = { type: 'cancel', reason: 'cancelled_by_customer' };
const deadline: OrderMessage = { type: 'deadline' };
const departure: OrderMessage = { type: 'user.deleted', at: NOW };

/** Any message next, each one to three times; what else happens does so at any point, more than once too. */
function play(plan: Plan, others: readonly OrderMessage[], random: fc.GeneratorValue): Simulation {
  const upTo = (max: number) => random(fc.nat, { max });
  const simulation = simulateOrder(plan, () => 1 + upTo(2));
  const happenings = others.flatMap((happening) => Array.from({ length: upTo(2) }, () => happening));
  while (simulation.onTheWay.length + happenings.length > 0) {
    const choice = upTo(simulation.onTheWay.length + happenings.length - 1);
    const letter: Letter | undefined = simulation.onTheWay[choice];
    const [happening] = letter === undefined ? happenings.splice(choice - simulation.onTheWay.length, 1) : [];
    if (letter !== undefined) simulation.arrives(letter);
    // A deadline passes only while there is one: the job looks again before it acts.
    else if (happening !== undefined && (happening.type !== 'deadline' || simulation.state().order.deadlineAt !== null)) {
      simulation.happens(happening);
    }
  }
  return simulation;
}

/** What Inventory and Payment may be left with, by the order's end. */
const LEFT: Readonly<Record<string, readonly string[]>> = {
  completed: ['committed, captured'],
  rejected: ['refused, none'],
  cancelled: [
    'tombstone, tombstone',
    'released, tombstone',
    'refused, tombstone',
    'released, refunded',
    'released, failed',
  ],
};

function expectConsistent({ state, moves }: Simulation): void {
  const { order, stock, money } = state();
  expect(LEFT[order.status]).toContain(`${stock}, ${money}`);
  const heard = { none: 'none', tombstone: 'none', captured: 'paid', failed: 'failed', refunded: 'refunded' } as const;
  expect(order.paymentStatus).toBe(heard[money]);
  expect(order.deadlineAt).toBeNull();
  expect(order.reason === null).toBe(order.status === 'completed');
  expectOneEnd(
    moves.map(({ event }) => event),
    order.status,
  );
}

/** The events tell one story: the last of them names the end, and only a completed order can still be cancelled. */
function expectOneEnd(events: readonly string[], status: string): void {
  const ends = events.filter((event) => event !== 'order.ready_for_payment');
  expect(ends.at(-1)).toBe(`order.${status}`);
  if (ends.length > 1) expect(ends).toEqual(['order.completed', 'order.cancelled']);
}

describe('messages arrive in any order, one to three times each, and an order has one end', () => {
  test(`that fits stock and money ${WITH_SEED}`, () => {
    const played = fc.property(plans, fc.gen(), (plan, random) => expectConsistent(play(plan, [], random)));
    check(played, 300);
  });

  test(`also when it is cancelled at any point ${WITH_SEED}`, () => {
    const played = fc.property(plans, fc.gen(), (plan, random) => expectConsistent(play(plan, [cancel], random)));
    check(played, 700);
  });

  test(`also when deadlines pass at any point ${WITH_SEED}`, () => {
    const played = fc.property(plans, fc.gen(), (plan, random) =>
      expectConsistent(play(plan, [deadline, cancel], random)),
    );
    check(played, 1000);
  });

  test(`also when its customer leaves at any point: then it is cancelled, or kept for its delivery ${WITH_SEED}`, () => {
    const played = fc.property(plans, fc.gen(), (plan, random) => {
      const simulation = play(plan, [departure, cancel, deadline], random);
      expectConsistent(simulation);
      simulation.happens(departure);
      const { order } = simulation.state();
      expect(order.leftAt !== null && awaitsDelivery(order)).toBe(order.status === 'completed');
      // One that was cancelled after it was kept remembers when its customer left; one that never was complete kept nothing.
      if (!simulation.moves.some(({ to }) => to === 'completed')) expect(order.leftAt).toBeNull();
    });
    check(played, 700);
  });
});

test(`without cancellations and deadlines the end depends on stock and card alone ${WITH_SEED}`, () => {
  const played = fc.property(plans, fc.gen(), (plan, random) => {
    const { order } = play(plan, [], random).state();
    const paid = plan.card === 'good' ? 'completed' : 'cancelled';
    expect(order.status).toBe(plan.stock === 'short' ? 'rejected' : paid);
  });
  check(played, 300);
});
