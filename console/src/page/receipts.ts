import type { Deliveries } from '@souk/contracts/http/ops';
import { timesText } from './amounts.ts';
import { durationText } from './clock.ts';
import type { HistoryEntry, OrderFacts } from './order-facts.ts';
import { LANE_NAMES, type Party } from './lanes.ts';

export type Attempt = Deliveries['items'][number]['outcomes'][number];

/** The outcome of a message at one of its readers. */
export interface Receipt {
  readonly by: Party;
  readonly state: 'applied' | 'changed-nothing' | 'on-its-way' | 'not-sent' | 'failing' | 'parked' | 'dead' | 'applied-again' | 'unknown';
  /** Times the log gave it to the reader's process; null: not known. */
  readonly delivered: number | null;
  /** Times it changed something; null: not known. */
  readonly applied: number | null;
  readonly tries: readonly Attempt[];
  /** `delivered 2×, applied once` */
  readonly text: string;
}

interface Sent {
  readonly id: string;
  readonly name: string;
  /** epoch milliseconds */
  readonly at: number;
  /** It is in the log; null: not known. */
  readonly sent: boolean | null;
}

/** The honest answer to "did it arrive, and how often did it count?" */
export function receiptOf(message: Sent, by: Party, facts: OrderFacts): Receipt {
  const { value: deliveries, problem } = facts.deliveries[by];
  const seen = deliveries?.items.filter(({ messageId }) => messageId === message.id) ?? [];
  const tries = seen.flatMap(({ outcomes }) => outcomes).toSorted((a, b) => (a.at < b.at ? -1 : 1));
  const counted = seen.reduce((sum, item) => sum + item.deliveries, 0);
  const isOlder = deliveries !== undefined && Date.parse(deliveries.since) > message.at;
  const applied = appliedTimes(message, by, facts, tries);
  const common = { by, tries, applied };
  if (deliveries === undefined) {
    const why = problem === null ? 'delivery not read yet' : `${LANE_NAMES[by]} does not say whether it came`;
    const state = applied === null || applied === 0 ? 'unknown' : 'applied';
    return { ...common, state, delivered: null, text: applied === null || applied === 0 ? why : `applied ${timesText(applied)}; ${why}` };
  }
  if (counted === 0) return unseen(message, common, isOlder, facts.areDeliveriesNew[by]);
  const often = `delivered ${timesText(counted)}${isOlder ? ' since the restart' : ''}`;
  const rest = { ...common, delivered: counted };
  if (applied !== null && applied > 1) return { ...rest, state: 'applied-again', text: `${often}, applied ${timesText(applied)}` };
  if (applied === 1) return { ...rest, state: 'applied', text: `${often}, applied once` };
  const outcome = tries.at(-1)?.outcome;
  switch (outcome) {
    case 'parked':
      return { ...rest, state: 'parked', text: `${often}, parked after ${tries.length === 1 ? '1 try' : `${tries.length} tries`}` };
    case 'failed':
      return { ...rest, state: 'failing', text: `${often}, failed: tried again` };
    case 'dead':
      return { ...rest, state: 'dead', text: `${often}, given up: a dead letter` };
    case 'ignored':
      return { ...rest, state: 'changed-nothing', text: `${often}, changed nothing` };
    case 'applied':
    case undefined:
      return { ...rest, state: 'on-its-way', text: `${often}, not decided yet` };
    default:
      return outcome satisfies never;
  }
}

function unseen(message: Sent, common: Pick<Receipt, 'by' | 'tries' | 'applied'>, isOlder: boolean, isNew: boolean): Receipt {
  const { applied } = common;
  if (applied !== null && applied > 0) {
    const why = isOlder ? 'delivery not recorded since the restart' : isNew ? 'delivered to another process' : 'delivery not read yet';
    return { ...common, state: applied > 1 ? 'applied-again' : 'applied', delivered: null, text: `applied ${timesText(applied)}; ${why}` };
  }
  if (isOlder) return { ...common, state: 'unknown', delivered: null, text: 'delivery not recorded since the restart' };
  if (message.sent === false) return { ...common, state: 'not-sent', delivered: 0, text: 'committed, not in the log yet' };
  return { ...common, state: 'on-its-way', delivered: 0, text: 'in the log, not delivered yet' };
}

/**
 * Times that the message changed something: by the reader's own history, and where a change leaves no entry there, by its rows. Entries of different
 * names are one decision; two of the same name would be two. Null: nothing that could tell was read.
 */
function appliedTimes({ id, name }: Sent, by: Party, facts: OrderFacts, tries: readonly Attempt[]): number | null {
  const entries = entriesCausedBy(id, by, facts);
  const names = Map.groupBy(entries ?? [], (entry) => entry.name);
  const inHistory = Math.max(0, ...[...names].map(([of, same]) => (of === 'payment.refunded' ? 1 : same.length)));
  const told = tries.filter(({ outcome }) => outcome === 'applied').length;
  const times = Math.max(inHistory, told, hasLeftRows(id, name, by, facts) ? 1 : 0);
  return times === 0 && entries === undefined && tries.length === 0 ? null : times;
}

/** Entries of a service's history that a message caused; undefined: the history is not known. Order's timeline tells as much when its history is away. */
export function entriesCausedBy(id: string, by: Party, { histories, timeline }: OrderFacts): readonly Pick<HistoryEntry, 'name' | 'from' | 'to' | 'reason' | 'at'>[] | undefined {
  const history = histories[by].value;
  if (history !== undefined) return history.filter(({ causationId }) => causationId === id);
  return by === 'order' ? timeline.value?.filter(({ causationId, service }) => causationId === id && service === 'order') : undefined;
}

/** Changes that make no entry: stock that leaves, a tombstone, a charge under way. */
function hasLeftRows(id: string, name: string, by: Party, { movements, reservation, payment, refunds }: OrderFacts): boolean {
  if (by === 'inventory') {
    if (movements.value?.some(({ eventId }) => eventId === id) === true) return true;
    const status = reservation.value?.status;
    return (name === 'order.completed' && (status === 'committed' || status === 'restocked')) || (name === 'order.cancelled' && status === 'cancelled');
  }
  if (by !== 'payment') return false;
  if (name === 'order.ready_for_payment') return payment.value != null && !(payment.value.status === 'voided' && payment.value.amount.amount === 0);
  return name === 'order.cancelled' && refunds.value?.some(({ reason }) => reason === 'order_cancelled') === true;
}

/** `Payment tried order.ready_for_payment: parked, the gateway does not answer (2.1 s after it was sent)` */
export function attemptText({ outcome, cause, at }: Attempt, message: Sent, by: Party): string {
  const later = durationText(Date.parse(at) - message.at);
  return `${LANE_NAMES[by]} tried ${message.name}: ${outcome}${cause === null ? '' : `, ${cause}`} (${later} after it was sent)`;
}
