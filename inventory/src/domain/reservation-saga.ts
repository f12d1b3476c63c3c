import type { Allocation, OrderItem, ReservationStatus } from '@souk/contracts/saga';
import type { EventData } from '@souk/contracts/topics';
import { allocate, type ReasonedAllocation } from './allocate.ts';
import { moveStock, type Move, type Moved, type StockLevels } from './move-stock.ts';
import type { Network } from './warehouse.ts';

export type State = ReservationStatus | 'none';
/** The messages of an order that Inventory answers. */
export type On = 'order.created' | 'order.completed' | 'order.cancelled';

const answered = ignore('this was answered before');
const cancelled = ignore('cancellation wins and is final');

/** The step for every (state, message) pair of a reservation; the type rejects a table with a gap. */
export const RESERVATION_SAGA: { readonly [S in State]: { readonly [M in On]: Step } } = {
  none: {
    'order.created': { kind: 'reserve' },
    'order.completed': anomaly('order.completed for an order that reserved nothing'),
    'order.cancelled': { kind: 'tombstone' },
  },
  reserved: {
    'order.created': answered,
    'order.completed': { kind: 'commit' },
    'order.cancelled': { kind: 'release' },
  },
  refused: {
    'order.created': answered,
    'order.completed': anomaly('order.completed for an order whose stock was refused'),
    'order.cancelled': ignore('nothing was held'),
  },
  committed: {
    'order.created': answered,
    'order.completed': answered,
    'order.cancelled': { kind: 'restock' },
  },
  released: { 'order.created': cancelled, 'order.completed': cancelled, 'order.cancelled': cancelled },
  restocked: { 'order.created': cancelled, 'order.completed': cancelled, 'order.cancelled': cancelled },
  cancelled: { 'order.created': cancelled, 'order.completed': cancelled, 'order.cancelled': cancelled },
};

export type Step =
  /** All pieces are held, or none. */
  | { readonly kind: 'reserve' }
  /** The held pieces leave. */
  | { readonly kind: 'commit' }
  /** The held pieces are free again. */
  | { readonly kind: 'release' }
  /** The pieces that had left come back. */
  | { readonly kind: 'restock' }
  /** Nothing is held yet; the cancellation is recorded, so that a late `order.created` holds nothing. */
  | { readonly kind: 'tombstone' }
  /** A duplicate or late message: nothing happens and nothing is stored. */
  | { readonly kind: 'ignore'; readonly because: string }
  /** Cannot happen if every service works correctly: the message becomes a dead letter. */
  | { readonly kind: 'anomaly'; readonly because: string };

/** The pieces that Inventory holds, or held, for one order. */
export interface Reservation {
  readonly orderId: string;
  readonly status: ReservationStatus;
  /** The reserved pieces; none if it was refused or is the tombstone of a cancelled order. */
  readonly lines: readonly Allocation[];
  /** Number of its events; the aggregate version of the last one. */
  readonly version: number;
  /** epoch milliseconds */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** All that a decision may know besides state and message. */
export interface Surroundings {
  readonly orderId: string;
  /** The items of the order; only `order.created` has them. */
  readonly items: readonly OrderItem[];
  readonly network: Network;
  readonly levelsOf: (sku: string) => StockLevels | undefined;
  /** epoch milliseconds */
  readonly now: number;
}

export type Outcome =
  | {
      readonly kind: 'changed';
      readonly reservation: Reservation;
      readonly levels: readonly StockLevels[];
      readonly moves: readonly Move[];
      readonly event: ReservationEvent | null;
    }
  | { readonly kind: 'ignored'; readonly because: string }
  | { readonly kind: 'anomaly'; readonly because: string };

type InventoryTopic = 'inventory.reserved' | 'inventory.failed' | 'inventory.released';
type ReservationEvent = { [T in InventoryTopic]: { readonly type: T; readonly data: EventData<T> } }[InventoryTopic];

/** Decides on one message by the table. */
export function answerReservation(reservation: Reservation | undefined, on: On, surroundings: Surroundings): Outcome {
  const step = RESERVATION_SAGA[reservation?.status ?? 'none'][on];
  switch (step.kind) {
    case 'reserve':
      return reserve(surroundings);
    case 'commit':
      return commit(held(reservation), surroundings);
    case 'release':
      return giveBack(held(reservation), 'release', surroundings);
    case 'restock':
      return giveBack(held(reservation), 'restock', surroundings);
    case 'tombstone':
      return { kind: 'changed', reservation: fresh(surroundings, 'cancelled'), levels: [], moves: [], event: null };
    case 'ignore':
      return { kind: 'ignored', because: step.because };
    case 'anomaly':
      return { kind: 'anomaly', because: step.because };
    default:
      return step satisfies never;
  }
}

function reserve(surroundings: Surroundings): Outcome {
  const { orderId, items, network, levelsOf } = surroundings;
  const result = allocate(items, network, levelsOf);
  if (result.kind === 'short') {
    const { shortages } = result;
    return {
      kind: 'changed',
      reservation: { ...fresh(surroundings, 'refused'), version: 1 },
      levels: [],
      moves: [],
      event: { type: 'inventory.failed', data: { orderId, shortages: [...shortages] } },
    };
  }
  const lines = result.allocations.map(withoutReason);
  return {
    kind: 'changed',
    reservation: { ...fresh(surroundings, 'reserved'), lines, version: 1 },
    ...moveStock('reserve', result.allocations, levelsOf),
    event: { type: 'inventory.reserved', data: { orderId, allocations: lines } },
  };
}

function commit(before: Reservation, surroundings: Surroundings): Outcome {
  const reservation: Reservation = { ...before, status: 'committed', updatedAt: surroundings.now };
  return { kind: 'changed', reservation, ...moved(before, 'sale', surroundings), event: null };
}

function giveBack(before: Reservation, kind: 'release' | 'restock', surroundings: Surroundings): Outcome {
  const { orderId, lines } = before;
  const restocked = kind === 'restock';
  return {
    kind: 'changed',
    reservation: {
      ...before,
      status: restocked ? 'restocked' : 'released',
      version: before.version + 1,
      updatedAt: surroundings.now,
    },
    ...moved(before, kind, surroundings),
    event: { type: 'inventory.released', data: { orderId, allocations: [...lines], restocked } },
  };
}

function moved({ lines }: Reservation, kind: 'sale' | 'release' | 'restock', { levelsOf }: Surroundings): Moved {
  return moveStock(
    kind,
    lines.map((line) => ({ ...line, reason: null })),
    levelsOf,
  );
}

function fresh({ orderId, now }: Surroundings, status: Reservation['status']): Reservation {
  return { orderId, status, lines: [], version: 0, createdAt: now, updatedAt: now };
}

function withoutReason({ sku, warehouseId, quantity }: ReasonedAllocation) {
  return { sku, warehouseId, quantity };
}

/** Asserts that there are pieces to move: the table moves them only in states that have some. */
function held(reservation: Reservation | undefined): Reservation {
  if (reservation !== undefined && canStillMove(reservation)) return reservation;
  throw new Error('the table moves the pieces of a reservation that holds none');
}

/** True while its pieces may still move: they are held, or have left and can come back. */
export function canStillMove({ status }: Reservation): boolean {
  return status === 'reserved' || status === 'committed';
}

function ignore(because: string): Step {
  return { kind: 'ignore', because };
}

function anomaly(because: string): Step {
  return { kind: 'anomaly', because };
}
