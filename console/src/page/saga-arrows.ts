import type { Money } from '@souk/contracts/money';
import { moneyText } from './amounts.ts';
import { gist, payload, sameMoney } from './event-gist.ts';
import type { HistoryEntry, OrderFacts } from './order-facts.ts';
import { isParty, type Lane, type Party, PARTIES, ROUTES } from './lanes.ts';
import { entriesCausedBy, type Receipt, receiptOf } from './receipts.ts';
import { words } from './words.ts';

/** State that an arrow brings a lane into; `noted`: the message was recorded, and the state stayed. */
export interface Effect {
  readonly lane: Lane;
  readonly from: string | null;
  readonly to: string;
  readonly reason: string | null;
  /** epoch milliseconds; null: not known */
  readonly at: number | null;
}

/** One arrow between two lanes, or from a lane to itself. */
export interface Arrow {
  /** Names it in the URL. */
  readonly id: string;
  readonly from: Lane;
  readonly to: Lane;
  /**
   * - `command`: a request from outside
   * - `event`: a message in the log
   * - `call`, `answer`: between Payment and its gateway; drawn from the payment, since calls are no messages
   * - `decision`: a deadline, or something that staff asks for
   */
  readonly kind: 'command' | 'event' | 'call' | 'answer' | 'decision';
  readonly name: string;
  /** The gist of its content: units, money, a reason. */
  readonly says: string | null;
  /** epoch milliseconds */
  readonly at: number;
  readonly effect: Effect | null;
  /** Null for whatever is no message, and for messages that nobody reads. */
  readonly receipt: Receipt | null;
  /** The committed event; null for whatever is none, or while its history is not known. */
  readonly entry: HistoryEntry | null;
  readonly eventId: string | null;
  readonly causedBy: string | null;
}

/** Every arrow there has been, each after what caused it. */
export function arrowsOf(facts: OrderFacts): Arrow[] {
  return inOrder([...commands(facts), ...messages(facts), ...gatewayCalls(facts)]);
}

const NONE = { says: null, effect: null, receipt: null, entry: null, eventId: null, causedBy: null };

/** Requests, deadlines and what staff asked for: the beginnings of everything. */
function commands(facts: OrderFacts): Arrow[] {
  const arrows: Arrow[] = [];
  const { timeline, order, histories, refunds } = facts;
  const created = timeline.value?.find(({ name }) => name === 'order.created');
  const placedAt = created?.at ?? order.value?.placedAt;
  if (placedAt !== undefined) {
    const effect: Effect = { lane: 'order', from: null, to: 'placed', reason: null, at: Date.parse(placedAt) };
    const lines = order.value?.items.length;
    const says = order.value === undefined ? null : `${lines === 1 ? '1 line' : `${lines} lines`}, ${moneyText(order.value.total)}`;
    arrows.push({ ...NONE, id: 'placed', from: 'customer', to: 'order', kind: 'command', name: 'POST /orders', says, at: Date.parse(placedAt), effect });
  }
  for (const [n, entry] of (timeline.value ?? []).entries()) {
    if (entry.kind !== 'decision') continue;
    const followed = timeline.value?.[n + 1];
    const moved = followed?.to == null ? null : { lane: 'order' as const, from: followed.from, to: followed.to, reason: followed.reason, at: Date.parse(followed.at) };
    const byCustomer = entry.name === 'cancellation' && followed?.reason === 'cancelled_by_customer';
    const name = byCustomer ? 'POST …/cancellation' : (DECISIONS[entry.name] ?? words(entry.name));
    arrows.push({
      ...NONE, id: `decision-${entry.seq}`, from: byCustomer ? 'customer' : 'order', to: 'order', kind: byCustomer ? 'command' : 'decision', name,
      says: entry.reason, at: Date.parse(entry.at), effect: moved,
    });
  }
  for (const entry of histories.payment.value ?? []) {
    if (entry.name !== 'refund.requested') continue;
    const asked = refunds.value?.find(({ createdAt, reason }) => createdAt === entry.at && reason !== 'order_cancelled');
    const says = asked === undefined ? null : `${moneyText(asked.amount)}: ${asked.reason}`;
    arrows.push({ ...NONE, id: entry.id, from: 'payment', to: 'payment', kind: 'decision', name: 'refund asked by staff', says, at: Date.parse(entry.at), entry });
  }
  return arrows;
}

const DECISIONS: Readonly<Record<string, string>> = { deadline: 'deadline passed', cancellation: 'cancelled by staff', ship: 'parcel handed over', deliver: 'parcel arrived' };

/** Arrows of everything that went through the log, one for each reader. */
function messages(facts: OrderFacts): Arrow[] {
  return published(facts).flatMap(({ eventId, name, at, causationId, entry }) => {
    const route = ROUTES[name];
    if (route === undefined) return [];
    const sent = { id: eventId, name, at, sent: entry?.sent ?? null };
    return route.to.map((to): Arrow => ({
      id: route.to.length === 1 ? eventId : `${eventId}.${to}`,
      from: route.from,
      to,
      kind: 'event',
      name,
      says: gist(name, entry, facts),
      at,
      effect: isParty(to) ? effectOf(eventId, name, to, facts) : null,
      receipt: isParty(to) ? receiptOf(sent, to, facts) : null,
      entry,
      eventId,
      causedBy: causationId,
    }));
  });
}

interface Published {
  readonly eventId: string;
  readonly name: string;
  readonly at: number;
  readonly causationId: string | null;
  readonly entry: HistoryEntry | null;
}

/** Events of all histories, and those that only Order's timeline knows of while their own service is away. */
function published({ histories, timeline }: OrderFacts): Published[] {
  const known = new Map<string, Published>();
  for (const party of PARTIES) {
    for (const entry of histories[party].value ?? []) {
      if (!entry.published) continue;
      known.set(entry.id, { eventId: entry.id, name: entry.name, at: Date.parse(entry.at), causationId: entry.causationId, entry });
    }
  }
  for (const { kind, eventId, name, at, causationId } of timeline.value ?? []) {
    if (kind !== 'event' || eventId === null || known.has(eventId)) continue;
    known.set(eventId, { eventId, name, at: Date.parse(at), causationId, entry: null });
  }
  return [...known.values()];
}

function effectOf(id: string, name: string, lane: Party, facts: OrderFacts): Effect | null {
  const entries = entriesCausedBy(id, lane, facts) ?? [];
  const moved = entries.find(({ to }) => to !== null) ?? entries.find(({ reason }) => reason !== null);
  if (moved !== undefined && lane !== 'payment') return { lane, from: moved.from, to: moved.to ?? 'noted', reason: moved.reason, at: Date.parse(moved.at) };
  if (lane === 'inventory') return stockEffect(id, name, facts);
  return lane === 'payment' ? paymentEffect(name, entries, facts) : null;
}

/** Inventory makes no event when stock leaves for a completed order; its ledger has the movement. */
function stockEffect(id: string, name: string, { movements, reservation }: OrderFacts): Effect | null {
  const movement = movements.value?.find(({ eventId }) => eventId === id);
  const at = movement === undefined ? null : Date.parse(movement.at);
  const status = reservation.value?.status;
  if (name === 'order.completed' && (movement !== undefined || status === 'committed' || status === 'restocked')) return { lane: 'inventory', from: 'reserved', to: 'committed', reason: null, at };
  if (name === 'order.cancelled' && status === 'cancelled') return { lane: 'inventory', from: null, to: 'cancelled', reason: 'nothing was held yet', at };
  return null;
}

function paymentEffect(name: string, entries: readonly Pick<HistoryEntry, 'name' | 'at'>[], { payment, refunds }: OrderFacts): Effect | null {
  const effect = (from: string | null, to: string, at: string | null): Effect => ({ lane: 'payment', from, to, reason: null, at: at === null ? null : Date.parse(at) });
  const found = payment.value;
  if (name === 'order.ready_for_payment') {
    if (found == null || (found.status === 'voided' && found.amount.amount === 0)) return null;
    if (asksGateway(found)) return effect(null, 'pending', found.createdAt);
    return effect(null, found.status, found.createdAt);
  }
  if (name !== 'order.cancelled') return null;
  const voided = entries.find((entry) => entry.name === 'payment.voided');
  if (voided !== undefined) return effect(null, 'voided', voided.at);
  const opened = refunds.value?.filter(({ reason }) => reason === 'order_cancelled').at(-1);
  return opened === undefined ? null : effect('captured', 'refunding', opened.createdAt);
}

/** False for an amount of 0 and for a payment method that is not the customer's: neither goes to the gateway. */
function asksGateway({ status, amount, gatewayReference, failureReason }: NonNullable<OrderFacts['payment']['value']>): boolean {
  if (amount.amount === 0) return false;
  if (status === 'captured') return gatewayReference !== null;
  return failureReason !== 'payment_method_not_found';
}

/** Calls between Payment and its gateway, as the payment and its refunds tell of them. */
function gatewayCalls(facts: OrderFacts): Arrow[] {
  const { payment: { value: payment }, histories, refunds } = facts;
  const history = histories.payment.value ?? [];
  const asked = published(facts).find(({ name }) => name === 'order.ready_for_payment')?.eventId ?? null;
  const cancelled = published(facts).find(({ name }) => name === 'order.cancelled')?.eventId ?? null;
  if (payment == null || !asksGateway(payment)) return [];
  const arrows: Arrow[] = [];
  const call = (id: string, name: string, amount: Money, at: string, causedBy: string | null) => {
    arrows.push({ ...NONE, id, from: 'payment', to: 'gateway', kind: 'call', name: `${name} ${moneyText(amount)}`, at: Date.parse(at), causedBy });
  };
  const answer = (id: string, name: string, to: string, at: string, causedBy: string, reason: string | null = null) => {
    const effect: Effect = { lane: 'payment', from: 'pending', to, reason, at: Date.parse(at) };
    arrows.push({ ...NONE, id, from: 'gateway', to: 'payment', kind: 'answer', name, says: reason === null ? null : words(reason), at: Date.parse(at), effect, causedBy });
  };
  call('charge', 'charge', payment.amount, payment.createdAt, asked);
  for (const entry of history) {
    if (entry.name === 'payment.completed') answer('charge-answer', 'captured', 'captured', entry.at, 'charge');
    else if (entry.name === 'payment.captured_late') answer('late-answer', 'captured late', 'captured', entry.at, 'charge');
    else if (entry.name === 'payment.failed') answer('charge-answer', 'declined', 'failed', entry.at, 'charge', payment.failureReason);
    else if (entry.name === 'payment.voided') answer('charge-answer', 'never received it', 'voided', entry.at, 'charge');
  }
  const ends = history.filter(({ name }) => name === 'payment.refunded' || name === 'refund.failed');
  for (const refund of (refunds.value ?? []).toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1))) {
    const request = history.find(({ name, at }) => name === 'refund.requested' && at === refund.createdAt)?.id ?? null;
    call(`refund-${refund.id}`, 'refund', refund.amount, refund.createdAt, refund.reason === 'order_cancelled' ? cancelled : request);
    const end = ends.find((entry) => (entry.name === 'payment.refunded' ? payload(entry).refundId === refund.id : refund.status === 'failed' && entry.at >= refund.createdAt));
    if (end === undefined) continue;
    const whole = sameMoney(payload(end).refundedTotal, payment.amount) ? 'refunded' : 'partially_refunded';
    const [name, to] = end.name === 'payment.refunded' ? ['refunded', whole] as const : ['refund declined', 'captured'] as const;
    answer(`refund-answer-${refund.id}`, name, to, end.at, `refund-${refund.id}`);
  }
  return arrows;
}

/** By time; but nothing stands before its cause, whatever the clocks of the services say. */
function inOrder(arrows: readonly Arrow[]): Arrow[] {
  const byEvent = Map.groupBy(arrows, (arrow) => arrow.eventId ?? arrow.id);
  const answered = arrows.filter(({ kind }) => kind === 'answer');
  const places = new Map<Arrow, { readonly at: number; readonly depth: number }>();
  const placeOf = (arrow: Arrow, seen: ReadonlySet<Arrow>): { readonly at: number; readonly depth: number } => {
    const known = places.get(arrow);
    if (known !== undefined || seen.has(arrow)) return known ?? { at: arrow.at, depth: 0 };
    const causes = causesOf(arrow, byEvent, answered).map((cause) => placeOf(cause, new Set([...seen, arrow])));
    const place = { at: Math.max(arrow.at, ...causes.map(({ at }) => at)), depth: 1 + Math.max(0, ...causes.map(({ depth }) => depth)) };
    places.set(arrow, place);
    return place;
  };
  const nothing = new Set<Arrow>();
  const placed = arrows.map((arrow) => ({ arrow, ...placeOf(arrow, nothing) }));
  return placed.toSorted((a, b) => a.at - b.at || a.depth - b.depth).map(({ arrow, at }) => (at === arrow.at ? arrow : { ...arrow, at }));
}

function causesOf(arrow: Arrow, byEvent: ReadonlyMap<string, readonly Arrow[]>, answered: readonly Arrow[]): readonly Arrow[] {
  const told = arrow.causedBy === null ? [] : (byEvent.get(arrow.causedBy) ?? []);
  // An event of Payment follows from the gateway's answer, and an event without a cause from the request of the same moment.
  const answer = arrow.from === 'payment' && arrow.kind === 'event' ? answered.filter(({ at }) => at === arrow.at) : [];
  const command = arrow.kind === 'event' && arrow.causedBy === null && arrow.from === 'order' ? [...byEvent.values()].flat().filter(({ kind, at }) => (kind === 'command' || kind === 'decision') && at === arrow.at) : [];
  return [...told, ...answer, ...command];
}
