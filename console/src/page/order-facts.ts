import type { Movement, Reservation } from '@souk/contracts/http/inventory';
import type { DeadLetterStatus, Deliveries, HistoryPage, ParkedKeyStatus } from '@souk/contracts/http/ops';
import type { Order, SagaDescription, TimelineEntry } from '@souk/contracts/http/order';
import type { Payment, Refund } from '@souk/contracts/http/payment';
import type { Problem } from '@souk/contracts/problem';
import { type Answer, askService, type Asking } from './api.ts';
import { type Party, PARTIES } from './lanes.ts';

/** One part of the facts. `value` is undefined until it was answered; `problem` is why the last question failed: an older value then stays. */
export interface Part<T> {
  readonly value: T | undefined;
  readonly problem: Problem | null;
}

export type HistoryEntry = HistoryPage['items'][number];
type OfParties<T> = Readonly<Record<Party, Part<T>>>;

/** All that the services say about one order; each part may be missing. */
export interface OrderFacts {
  readonly id: string;
  readonly order: Part<Order>;
  readonly timeline: Part<readonly TimelineEntry[]>;
  readonly histories: OfParties<readonly HistoryEntry[]>;
  readonly reservation: Part<Reservation | null>;
  readonly movements: Part<readonly Movement[]>;
  readonly payment: Part<Payment | null>;
  readonly refunds: Part<readonly Refund[]>;
  readonly saga: Part<SagaDescription>;
  readonly deliveries: OfParties<Deliveries>;
  /** False while something was committed that the last list of a service's deliveries may not hold. */
  readonly areDeliveriesNew: Readonly<Record<Party, boolean>>;
  readonly parked: OfParties<ParkedKeyStatus | null>;
  readonly dead: OfParties<readonly DeadLetterStatus[]>;
}

type Ask = <T>(service: Party, path: string, asking?: Asking) => Promise<Answer<T>>;
type Page<T> = { readonly items: readonly T[] };
type Change = Partial<OrderFacts>;

/** Pages of a history that are read at most; an order has a few dozen entries. */
const HISTORY_PAGES = 10;
const PAGE_LIMIT = 100;
/** Pages of parked keys that are searched for the order's: the route has no search. */
const PARKED_PAGES = 3;

export const nothingKnown: Part<never> = { value: undefined, problem: null };

export function noFacts(id: string): OrderFacts {
  const none = { order: nothingKnown, inventory: nothingKnown, payment: nothingKnown };
  return {
    id, order: nothingKnown, timeline: nothingKnown, histories: none, reservation: nothingKnown, movements: nothingKnown, payment: nothingKnown,
    refunds: nothingKnown, saga: nothingKnown, deliveries: none, areDeliveriesNew: { order: true, inventory: true, payment: true }, parked: none, dead: none,
  };
}

/** Everything about an order, asked of all three services at once. Never rejects. */
export async function loadOrderFacts(id: string, ask: Ask = askService, signal?: AbortSignal): Promise<OrderFacts> {
  let facts = noFacts(id);
  const take = (change: (before: OrderFacts) => OrderFacts) => {
    facts = change(facts);
  };
  await Promise.all(readers(id, ask, take, signal).all());
  return facts;
}

export type Take = (change: (before: OrderFacts) => OrderFacts) => void;

/** Questions about an order, by what makes their answers old. Each takes its answer as soon as it is there, and never rejects. */
export function readers(id: string, ask: Ask, take: Take, signal?: AbortSignal) {
  const asking = signal === undefined ? {} : { signal };
  const get = <T>(party: Party, path: string, query: Asking['query'] = {}) => ask<T>(party, path, { query, ...asking });
  const keep = (change: (before: OrderFacts) => Change) => {
    if (signal?.aborted !== true) take((before) => ({ ...before, ...change(before) }));
  };

  /** Entries of each history that have been read. */
  const lengths = { order: 0, inventory: 0, payment: 0 };

  async function history(party: Party, stream: string) {
    const answer = await wholeHistory(stream, (query) => get<HistoryPage>(party, '/ops/history', query));
    const isLonger = answer.ok && answer.value.length > lengths[party];
    if (answer.ok) lengths[party] = answer.value.length;
    keep(({ histories, areDeliveriesNew }) => ({
      histories: { ...histories, [party]: after(histories[party], answer, (value) => value) },
      ...(isLonger && { areDeliveriesNew: { ...areDeliveriesNew, [party]: false } }),
    }));
  }

  async function ofOrder() {
    await Promise.all([
      get<Order>('order', `/orders/${id}`).then((answer) => keep(({ order }) => ({ order: after(order, answer, (value) => value) }))),
      get<Page<TimelineEntry>>('order', `/orders/${id}/timeline`).then((answer) => keep(({ timeline }) => ({ timeline: after(timeline, answer, ({ items }) => items) }))),
      history('order', id),
    ]);
  }

  async function ofInventory() {
    await Promise.all([
      get<Reservation>('inventory', `/reservations/${id}`).then((answer) => keep(({ reservation }) => ({ reservation: orNull(reservation, answer) }))),
      get<Page<Movement>>('inventory', '/movements', { orderId: id, limit: PAGE_LIMIT }).then((answer) => keep(({ movements }) => ({ movements: after(movements, answer, ({ items }) => items) }))),
      history('inventory', `reservation:${id}`),
    ]);
  }

  async function ofPayment() {
    const answer = await get<Page<Payment>>('payment', '/payments', { orderId: id, limit: 1 });
    keep(({ payment }) => ({ payment: after(payment, answer, ({ items }) => items[0] ?? null) }));
    if (!answer.ok) {
      const problem = answer.problem;
      keep(({ refunds, histories }) => ({ refunds: { ...refunds, problem }, histories: { ...histories, payment: { ...histories.payment, problem } } }));
      return;
    }
    const [found] = answer.value.items;
    if (found === undefined) {
      keep(({ histories }) => ({ refunds: { value: [], problem: null }, histories: { ...histories, payment: { value: [], problem: null } } }));
      return;
    }
    await Promise.all([
      get<Page<Refund>>('payment', `/payments/${found.id}/refunds`, { limit: PAGE_LIMIT }).then((refunds) => keep((before) => ({ refunds: after(before.refunds, refunds, ({ items }) => items) }))),
      history('payment', found.id),
    ]);
  }

  const of = { order: ofOrder, inventory: ofInventory, payment: ofPayment };

  async function ofDeliveries(party: Party) {
    const length = lengths[party];
    const answer = await get<Deliveries>(party, '/ops/deliveries', { key: id });
    keep(({ deliveries, areDeliveriesNew }) => ({
      deliveries: { ...deliveries, [party]: after(deliveries[party], answer, (value) => value) },
      areDeliveriesNew: { ...areDeliveriesNew, [party]: answer.ok && length === lengths[party] },
    }));
  }

  /** Obstacles in the way of a message. */
  async function ofTrouble(party: Party) {
    const [parked, dead] = await Promise.all([
      parkedKey(id, (query) => get<ParkedPage>(party, '/ops/parked', query)),
      get<Page<DeadLetterStatus>>(party, '/ops/dead-letters', { key: id, status: 'dead', limit: PAGE_LIMIT }),
    ]);
    keep((before) => ({
      parked: { ...before.parked, [party]: after(before.parked[party], parked, (value) => value) },
      dead: { ...before.dead, [party]: after(before.dead[party], dead, ({ items }) => items) },
    }));
  }

  async function ofSaga() {
    const answer = await get<SagaDescription>('order', '/saga');
    keep(({ saga }) => ({ saga: after(saga, answer, (value) => value) }));
  }

  return {
    saga: ofSaga,
    party: (party: Party) => of[party](),
    deliveries: ofDeliveries,
    trouble: ofTrouble,
    all: () => [ofSaga(), ...PARTIES.flatMap((party) => [of[party]().then(() => ofDeliveries(party)), ofTrouble(party)])],
  };
}

type ParkedPage = { readonly items: readonly ParkedKeyStatus[]; readonly nextCursor: string | null };

async function parkedKey(key: string, page: (query: NonNullable<Asking['query']>) => Promise<Answer<ParkedPage>>): Promise<Answer<ParkedKeyStatus | null>> {
  let cursor: string | undefined;
  for (let n = 0; n < PARKED_PAGES; n++) {
    const answer = await page({ limit: PAGE_LIMIT, cursor });
    if (!answer.ok) return answer;
    const found = answer.value.items.find((parked) => parked.key === key);
    if (found !== undefined || answer.value.nextCursor === null) return { ok: true, value: found ?? null, etag: null };
    cursor = answer.value.nextCursor;
  }
  return { ok: true, value: null, etag: null };
}

async function wholeHistory(stream: string, page: (query: NonNullable<Asking['query']>) => Promise<Answer<HistoryPage>>): Promise<Answer<readonly HistoryEntry[]>> {
  const entries: HistoryEntry[] = [];
  for (let n = 0; n < HISTORY_PAGES; n++) {
    const answer = await page({ stream, after: entries.at(-1)?.version ?? 0 });
    if (!answer.ok) return answer;
    entries.push(...answer.value.items);
    if (!answer.value.more) break;
  }
  return { ok: true, value: entries, etag: null };
}

function after<T, V>(before: Part<V>, answer: Answer<T>, read: (value: T) => V): Part<V> {
  return answer.ok ? { value: read(answer.value), problem: null } : { value: before.value, problem: answer.problem };
}

/** There being none is an answer too. */
function orNull<V>(before: Part<V | null>, answer: Answer<V>): Part<V | null> {
  if (!answer.ok && answer.problem.status === 404) return { value: null, problem: null };
  return after<V, V | null>(before, answer, (value) => value);
}
