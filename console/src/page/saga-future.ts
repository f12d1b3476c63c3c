import type { SagaDescription } from '@souk/contracts/http/order';
import type { OrderStatus } from '@souk/contracts/saga';
import { moneyText } from './amounts.ts';
import { durationText } from './clock.ts';
import type { OrderFacts } from './order-facts.ts';
import { type Lane, ROUTES } from './lanes.ts';
import type { Arrow } from './saga-arrows.ts';
import type { GivenBack } from './saga-undo.ts';
import { words } from './words.ts';

/** A step that has not happened. */
export interface Coming {
  readonly id: string;
  readonly from: Lane;
  readonly to: Lane;
  readonly name: string;
  /** State that it leads to, where it is known. */
  readonly effect: { readonly lane: Lane; readonly to: string } | null;
  /** `or declined: cancelled` */
  readonly branches: readonly string[];
  /** True for a step that takes something back. */
  readonly isUndo: boolean;
}

/** Most steps that a path may have; the saga has a handful, and a table with a circle must not hang the page. */
const LONGEST = 20;

/** The steps to come, from the saga's own description: what is still owed if the order has ended, otherwise the good path to its end. */
export function comingSteps(arrows: readonly Arrow[], facts: OrderFacts, givenBack: GivenBack): Coming[] {
  const saga = facts.saga.value;
  const status = facts.order.value?.status;
  if (saga === undefined || status === undefined) return [];
  switch (status) {
    case 'rejected':
      return [];
    case 'cancelled':
      return compensations(saga, arrows, facts, givenBack);
    case 'completed':
      return [...stillUnheard(arrows), ...parcels(saga, facts)];
    case 'placed':
    case 'awaiting_payment':
      return [...happyPath(saga, status, arrows, facts), ...parcels(saga, facts)];
    default:
      return status satisfies never;
  }
}

type Transition = SagaDescription['transitions'][number];

function happyPath(saga: SagaDescription, status: OrderStatus, arrows: readonly Arrow[], facts: OrderFacts): Coming[] {
  const steps: Coming[] = [];
  const has = (name: string) => arrows.some((arrow) => arrow.name === name);
  let state = status;
  for (let n = 0; n < LONGEST && state !== 'completed'; n++) {
    const good = saga.transitions.find(({ from, on, to }) => from === state && isEvent(on) && isGood(to));
    if (good === undefined) break;
    const heard = arrows.find(({ name }) => name === good.on);
    if (good.on.startsWith('payment.')) steps.push(...charge(arrows, facts));
    if (heard === undefined) steps.push(...comingEvent(good.on, 'order', good.to, branchesOf(saga, state, good, facts)));
    for (const name of good.emits) if (!has(name)) for (const to of ROUTES[name]?.to ?? []) steps.push(...comingEvent(name, to, EFFECTS[name]));
    state = good.to;
  }
  return steps;
}

/** States that the other services enter, which Order's table does not name. */
const EFFECTS: Readonly<Record<string, string>> = { 'order.completed': 'committed', 'order.ready_for_payment': 'pending', 'order.created': 'reserved' };

function isEvent(on: string): boolean {
  return on.includes('.') && on !== 'user.deleted';
}

function isGood(to: OrderStatus): boolean {
  return to !== 'rejected' && to !== 'cancelled';
}

function comingEvent(name: string, to: Lane, state: string | undefined, branches: readonly string[] = []): Coming[] {
  const from = ROUTES[name]?.from;
  if (from === undefined) return [];
  return [{ id: `coming-${name}-${to}`, from, to, name, effect: state === undefined ? null : { lane: to, to: state }, branches, isUndo: false }];
}

/** The other ways out of a state, in few words. */
function branchesOf(saga: SagaDescription, state: OrderStatus, good: Transition, facts: OrderFacts): string[] {
  const others = saga.transitions.filter((other) => other.from === state && other !== good);
  const refusals = others.filter(({ on }) => isEvent(on)).map(({ on, to }) => `or ${REFUSALS[on] ?? on}: ${words(to)}`);
  const deadline = deadlineOf(facts, state);
  const limit = others.some(({ on }) => on === 'deadline') && deadline !== null ? [`or no answer within ${durationText(deadline.seconds * 1000)}: cancelled`] : [];
  return [...refusals, ...limit];
}

const REFUSALS: Readonly<Record<string, string>> = { 'inventory.failed': 'out of stock', 'payment.failed': 'declined' };

function charge(arrows: readonly Arrow[], { order }: OrderFacts): Coming[] {
  const total = order.value?.total;
  const isFree = total?.amount === 0;
  if (isFree || arrows.some(({ id }) => id === 'charge-answer')) return [];
  const answer: Coming = { id: 'coming-answer', from: 'gateway', to: 'payment', name: 'captured', effect: { lane: 'payment', to: 'captured' }, branches: [], isUndo: false };
  if (arrows.some(({ id }) => id === 'charge')) return [answer];
  return [{ ...answer, id: 'coming-charge', from: 'payment', to: 'gateway', name: total === undefined ? 'charge' : `charge ${moneyText(total)}`, effect: null }, answer];
}

/** A completed order whose goods Inventory still has to let go: its message is there and not handled. */
function stillUnheard(arrows: readonly Arrow[]): Coming[] {
  return arrows.some(({ name }) => name === 'order.completed') ? [] : comingEvent('order.completed', 'inventory', 'committed');
}

/** The steps that each parcel still has before it; of an order that is not completed there is one at least. */
function parcels(saga: SagaDescription, { order }: OrderFacts): Coming[] {
  const value = order.value;
  if (value === undefined || value.paymentStatus === 'refunded') return [];
  const shipments = value.status === 'completed' ? value.shipments.map(({ status }) => status) : (['pending'] as const);
  const steps: Coming[] = [];
  for (const { from, to, emits } of saga.shipments.transitions) {
    const waiting = shipments.filter((status) => isBefore(saga, status, to)).length;
    if (waiting === 0) continue;
    const name = emits[0] ?? to;
    const count = shipments.length === 1 ? '' : `, ${waiting} of ${shipments.length} parcels`;
    steps.push({ id: `coming-${name}-${from}`, from: 'order', to: 'customer', name: `${name}${count}`, effect: null, branches: [], isUndo: false });
  }
  return steps;
}

function isBefore(saga: SagaDescription, status: SagaDescription['shipments']['states'][number], to: SagaDescription['shipments']['states'][number]): boolean {
  return saga.shipments.states.indexOf(status) < saga.shipments.states.indexOf(to);
}

/** The stock and money that a cancelled order still has to get back. */
function compensations(saga: SagaDescription, arrows: readonly Arrow[], facts: OrderFacts, { unitsHeld, unitsBack, taken, back }: GivenBack): Coming[] {
  const isStockDue = unitsBack < unitsHeld;
  const isMoneyDue = taken !== null && back !== null && back.amount < taken.amount;
  const isOpen = facts.payment.value?.status === 'pending';
  return saga.compensations.flatMap(({ by, emits }): Coming[] => {
    if (by === 'inventory' && isStockDue) return comingEvent(emits, 'order', undefined).map((step) => ({ ...step, isUndo: true }));
    if (by !== 'payment') return [];
    if (isMoneyDue) {
      const isAsked = arrows.some(({ kind, id }) => kind === 'call' && id.startsWith('refund-'));
      const call: Coming = { id: 'coming-refund', from: 'payment', to: 'gateway', name: 'refund', effect: null, branches: [], isUndo: true };
      const answer: Coming = { ...call, id: 'coming-refunded', from: 'gateway', to: 'payment', name: 'refunded' };
      return [...(isAsked ? [] : [call]), answer, ...comingEvent(emits, 'order', undefined).map((step) => ({ ...step, isUndo: true }))];
    }
    return isOpen ? [{ id: 'coming-void', from: 'gateway', to: 'payment', name: 'never received it', effect: { lane: 'payment', to: 'voided' }, branches: ['or captured: refunded at once'], isUndo: true }] : [];
  });
}

export interface Deadline {
  /** epoch milliseconds; counted while the other service answers later orders */
  readonly at: number;
  readonly seconds: number;
  /** epoch milliseconds; whatever the reason */
  readonly limitAt: number;
  readonly reason: string;
}

/** The deadline of the state that the order is in, or would be in; null: it has none, or nothing is known. */
export function deadlineOf({ saga, order, timeline }: OrderFacts, state = order.value?.status): Deadline | null {
  const found = saga.value?.deadlines.find((deadline) => deadline.state === state);
  const entered = timeline.value?.findLast(({ to }) => to === state)?.at ?? order.value?.updatedAt;
  if (found === undefined || entered === undefined) return null;
  const since = Date.parse(entered);
  return { at: since + found.seconds * 1000, seconds: found.seconds, limitAt: since + found.limitSeconds * 1000, reason: found.reason };
}
