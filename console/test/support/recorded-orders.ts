import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Deliveries } from '@souk/contracts/http/ops';
import type { Order, SagaDescription } from '@souk/contracts/http/order';
import type { Problem } from '@souk/contracts/problem';
import { type HistoryEntry, noFacts, type OrderFacts, type Part } from '../../src/page/order-facts.ts';
import { isParty, type Party, PARTIES, ROUTES } from '../../src/page/lanes.ts';

/** Orders that the embedded shop went through, as its services answered about them. */
export type Recorded = 'completed' | 'out-of-stock' | 'declined' | 'cancelled' | 'refunded' | 'delivered';

type Single = 'order' | 'timeline' | 'reservation' | 'movements' | 'payment' | 'refunds';
type Answers = { readonly [K in Single]: Exclude<OrderFacts[K]['value'], undefined> } & {
  readonly id: string;
  readonly histories: Record<Party, readonly HistoryEntry[]>;
};

const read = (name: string): unknown => JSON.parse(readFileSync(join(import.meta.dir, '../recorded', `${name}.json`), 'utf8'));
const SINCE = '2026-12-01T00:00:00.000Z';

/** The facts of a recorded order; every message was delivered and decided on once, 2 ms after it was committed. */
export function recorded(name: Recorded): OrderFacts {
  const { id, histories, order, timeline, reservation, movements, payment, refunds } = read(name) as Answers;
  return withDeliveries({
    ...noFacts(id),
    order: known(order), timeline: known(timeline), reservation: known(reservation), movements: known(movements), payment: known(payment), refunds: known(refunds),
    saga: known(read('saga') as SagaDescription),
    histories: ofAll((party) => known(histories[party])),
    parked: ofAll(() => known(null)),
    dead: ofAll(() => known([])),
  });
}

/** The same order at an earlier time, when the three histories had so many entries. */
export function upTo(facts: OrderFacts, entries: Record<Party, number>, order: Partial<Order>): OrderFacts {
  const histories = ofAll((party) => known(facts.histories[party].value?.slice(0, entries[party]) ?? []));
  const own = new Set(histories.order.value?.map(({ id }) => id));
  const heard = new Set(histories.order.value?.map(({ causationId }) => causationId));
  const timeline = (facts.timeline.value ?? []).filter(({ eventId, service }) => eventId !== null && (service === 'order' ? own : heard).has(eventId));
  const whole = must(facts.order.value);
  const reservation = must(facts.reservation.value);
  return withDeliveries({
    ...facts, histories, timeline: known(timeline),
    order: known({ ...whole, reason: null, paymentStatus: 'none', shipments: [], updatedAt: timeline.at(-1)?.at ?? whole.placedAt, ...order }),
    payment: entries.payment > 0 ? facts.payment : known(null),
    refunds: known([]),
    reservation: known(entries.inventory > 0 ? { ...reservation, status: 'reserved' } : null),
    movements: known((facts.movements.value ?? []).filter(({ kind }) => entries.inventory > 0 && kind === 'reserve')),
  });
}

export function known<T>(value: T): Part<T> {
  return { value, problem: null };
}

export function must<T>(value: T | null | undefined): T {
  if (value == null) throw new Error('The recorded order lacks a part that the test needs');
  return value;
}

function ofAll<T>(make: (party: Party) => T): Record<Party, T> {
  return { order: make('order'), inventory: make('inventory'), payment: make('payment') };
}

const AWAY: Problem = { type: 'urn:souk:problem:unavailable', title: 'The service cannot do this right now', status: 503, detail: 'Try again in 2 s.', requestId: 'r1' };

/** The same facts with a service that does not answer, and never has. */
export function away(facts: OrderFacts, party: Party): OrderFacts {
  const gone = { value: undefined, problem: AWAY };
  const own = { order: { order: gone, timeline: gone }, inventory: { reservation: gone, movements: gone }, payment: { payment: gone, refunds: gone } }[party];
  const without = <T>(parts: Readonly<Record<Party, Part<T>>>) => ({ ...parts, [party]: gone });
  return { ...facts, ...own, histories: without(facts.histories), deliveries: without(facts.deliveries), parked: without(facts.parked), dead: without(facts.dead) };
}

type Item = Deliveries['items'][number];

/** Changes what a service says about the delivery of a message; null: it was not given it. */
export function delivered(facts: OrderFacts, party: Party, messageId: string, change: Partial<Item> | null): OrderFacts {
  const before = facts.deliveries[party].value ?? { since: SINCE, items: [] };
  const others = before.items.filter((item) => item.messageId !== messageId);
  const item = before.items.find((found) => found.messageId === messageId) ?? { messageId, topic: 'order.created', deliveries: 1, outcomes: [] };
  const items = change === null ? others : [...others, { ...item, ...change }];
  return { ...facts, deliveries: { ...facts.deliveries, [party]: known({ ...before, items }) } };
}

/** The service's process started at this time, and knows of nothing before it. */
export function restarted(facts: OrderFacts, party: Party, since: string): OrderFacts {
  return { ...facts, deliveries: { ...facts.deliveries, [party]: known({ since, items: [] }) } };
}

/** Id of the event of this name. */
export function eventNamed(facts: OrderFacts, name: string): string {
  const found = PARTIES.flatMap((party) => facts.histories[party].value ?? []).find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`The order has no ${name}`);
  return found.id;
}

function withDeliveries(facts: OrderFacts): OrderFacts {
  return { ...facts, deliveries: ofAll((party) => known(deliveriesOf(facts, party))) };
}

function deliveriesOf(facts: OrderFacts, party: Party): Deliveries {
  const sent = PARTIES.flatMap((from) => facts.histories[from].value ?? []).filter(({ name, published }) => published && ROUTES[name]?.to.filter(isParty).includes(party));
  const isPaid = facts.payment.value?.status === 'captured';
  const items = sent.map(({ id, name, at }): Item => {
    const outcome = party === 'payment' && name === 'order.cancelled' && !isPaid ? 'ignored' : 'applied';
    return { messageId: id, topic: name, deliveries: 1, outcomes: [{ outcome, at: new Date(Date.parse(at) + 2).toISOString(), cause: null }] };
  });
  return { since: SINCE, items };
}
