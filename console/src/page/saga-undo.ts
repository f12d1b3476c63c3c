import type { Money } from '@souk/contracts/money';
import { moneyText, unitsText } from './amounts.ts';
import { payload, quantityIn } from './event-gist.ts';
import type { OrderFacts } from './order-facts.ts';
import type { Arrow } from './saga-arrows.ts';

/** The step that takes an arrow's effect back. */
export interface Undo {
  /**
   * - `not-needed`: it would be done if the order were cancelled
   * - `due`: the order is cancelled, and it is not done yet
   * - `under-way`: the gateway has been asked
   * - `partly`: a part went back
   * - `done`
   * - `passed`: another step undoes it by now
   * - `impossible`: nothing takes it back any more
   */
  readonly state: 'not-needed' | 'due' | 'under-way' | 'partly' | 'done' | 'passed' | 'impossible';
  /** `release 3 units` */
  readonly text: string;
  /** epoch milliseconds of its end; null: not done, or not known */
  readonly at: number | null;
}

/** Goods and money that the order took, and how much of each went back. */
export interface GivenBack {
  readonly unitsHeld: number;
  readonly unitsBack: number;
  readonly taken: Money | null;
  readonly back: Money | null;
  /** Something has to go back and has not yet. */
  readonly isDue: boolean;
}

interface Stock {
  readonly state: 'none' | 'held' | 'left' | 'released' | 'restocked';
  readonly units: number;
  /** epoch milliseconds when it came back */
  readonly at: number | null;
}

interface Cash {
  readonly state: 'none' | 'pending' | 'captured' | 'ended';
  readonly taken: Money | null;
  readonly back: number;
  /** minor units that are on their way back */
  readonly returning: number;
  /** epoch milliseconds when the last of it came back, or the charge was voided */
  readonly at: number | null;
}

/** Everything that may have to be taken back. */
export interface Undoing {
  /** By the id of the arrow that is undone. Arrows without an entry changed nothing that has to be taken back. */
  readonly undos: ReadonlyMap<string, Undo>;
  readonly givenBack: GivenBack;
}

export function undoingOf(arrows: readonly Arrow[], facts: OrderFacts): Undoing {
  const stock = stockOf(arrows, facts);
  const cash = cashOf(arrows, facts);
  const undos = arrows.flatMap((arrow) => {
    const undo = undoOf(arrow, { arrows, stock, cash, facts });
    return undo === null ? [] : [[arrow.id, undo] as const];
  });
  return { undos: new Map(undos), givenBack: givenBack(stock, cash, facts) };
}

function givenBack(stock: Stock, cash: Cash, { order }: OrderFacts): GivenBack {
  const isStockDue = stock.state === 'held' || stock.state === 'left';
  const isMoneyDue = cash.state === 'pending' || (cash.taken !== null && cash.back < cash.taken.amount);
  return {
    unitsHeld: stock.units,
    unitsBack: stock.state === 'released' || stock.state === 'restocked' ? stock.units : 0,
    taken: cash.taken,
    back: cash.taken && { amount: cash.back, currency: cash.taken.currency },
    isDue: order.value?.status === 'cancelled' && (isStockDue || isMoneyDue),
  };
}

interface Known {
  readonly arrows: readonly Arrow[];
  readonly stock: Stock;
  readonly cash: Cash;
  readonly facts: OrderFacts;
}

function undoOf(arrow: Arrow, known: Known): Undo | null {
  switch (arrow.name) {
    case 'POST /orders':
      return undoPlacement(known);
    case 'inventory.reserved':
      return undoReservation(known);
    case 'order.completed':
      return arrow.effect === null ? null : undoSale(known);
    case 'captured':
    case 'captured late':
      return undoCapture(known);
    case 'order.shipped':
      return { state: 'impossible', text: 'cannot be taken back', at: null };
    default:
      return arrow.id === 'charge' && !known.arrows.some(({ id }) => id === 'charge-answer') ? open('void the charge', known) : null;
  }
}

function undoPlacement({ arrows, facts }: Known): Undo | null {
  const status = facts.order.value?.status;
  switch (status) {
    case undefined:
    case 'rejected':
      return null;
    case 'cancelled':
      return { state: 'done', text: 'cancelled', at: arrows.find(({ effect }) => effect?.lane === 'order' && effect.to === 'cancelled')?.effect?.at ?? null };
    case 'placed':
    case 'awaiting_payment':
    case 'completed':
      return isOnItsWay(facts) ? { state: 'impossible', text: 'too late to cancel', at: null } : { state: 'not-needed', text: 'cancel the order', at: null };
    default:
      return status satisfies never;
  }
}

function undoReservation(known: Known): Undo | null {
  const { stock } = known;
  switch (stock.state) {
    case 'none':
      return null;
    case 'held':
      return open(`release ${unitsText(stock.units)}`, known);
    case 'left':
    case 'restocked':
      return { state: 'passed', text: 'sold: see below', at: null };
    case 'released':
      return { state: 'done', text: `${unitsText(stock.units)} released`, at: stock.at };
    default:
      return stock.state satisfies never;
  }
}

function undoSale(known: Known): Undo | null {
  const { stock, facts } = known;
  if (stock.state === 'restocked') return { state: 'done', text: `${unitsText(stock.units)} restocked`, at: stock.at };
  if (isOnItsWay(facts)) return { state: 'impossible', text: 'the goods have left', at: null };
  return stock.state === 'left' ? open(`restock ${unitsText(stock.units)}`, known) : null;
}

function undoCapture(known: Known): Undo | null {
  const { taken, back, returning, at } = known.cash;
  if (taken === null) return null;
  const money = (amount: number) => moneyText({ amount, currency: taken.currency });
  if (back >= taken.amount) return { state: 'done', text: `${money(taken.amount)} refunded`, at };
  if (returning > 0) return { state: 'under-way', text: `${money(returning)} on its way back`, at: null };
  if (back === 0) return open(`refund ${money(taken.amount)}`, known);
  const rest = open(`refund the other ${money(taken.amount - back)}`, known);
  return rest.state === 'due' ? rest : { state: 'partly', text: `${money(back)} of ${money(taken.amount)} refunded`, at };
}

function open(text: string, { facts }: Known): Undo {
  return { state: facts.order.value?.status === 'cancelled' ? 'due' : 'not-needed', text, at: null };
}

function isOnItsWay({ order }: OrderFacts): boolean {
  return order.value?.shipments.some(({ status }) => status !== 'pending') === true;
}

function stockOf(arrows: readonly Arrow[], { reservation, order }: OrderFacts): Stock {
  const reserved = arrows.find(({ name }) => name === 'inventory.reserved');
  const status = reservation.value?.status;
  const lines = reservation.value?.lines ?? payload(reserved?.entry ?? null).allocations;
  const held = quantityIn(lines);
  if (reserved === undefined && (held ?? 0) === 0) return { state: 'none', units: 0, at: null };
  // Inventory holds all of an order or nothing; while it cannot say how much, the order does.
  const units = held ?? quantityIn(order.value?.items) ?? 0;
  const released = arrows.find(({ name }) => name === 'inventory.released');
  const left = arrows.find(({ name, effect }) => name === 'order.completed' && effect?.to === 'committed');
  if (released !== undefined || status === 'released' || status === 'restocked') {
    const isRestocked = status === 'restocked' || payload(released?.entry ?? null).restocked === true;
    return { state: isRestocked ? 'restocked' : 'released', units, at: released?.at ?? null };
  }
  return { state: left !== undefined || status === 'committed' ? 'left' : 'held', units, at: null };
}

function cashOf(arrows: readonly Arrow[], { payment, refunds }: OrderFacts): Cash {
  const nothing: Cash = { state: 'none', taken: null, back: 0, returning: 0, at: null };
  const found = payment.value;
  if (found == null) return nothing;
  switch (found.status) {
    case 'pending':
      return { ...nothing, state: 'pending' };
    case 'failed':
    case 'voided':
      return { ...nothing, state: 'ended' };
    case 'captured': {
      if (found.amount.amount === 0) return nothing;
      const returning = (refunds.value ?? []).reduce((sum, { status, amount }) => sum + (status === 'pending' ? amount.amount : 0), 0);
      const last = arrows.findLast(({ name }) => name === 'payment.refunded');
      return { state: 'captured', taken: found.amount, back: found.refunded.amount, returning, at: last?.at ?? null };
    }
    default:
      return found.status satisfies never;
  }
}
