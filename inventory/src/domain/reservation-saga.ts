import type { OrderItem } from '@souk/contracts/saga-lines';
import type { EventData } from '@souk/contracts/topics';
import { allocate, type ReasonedAllocation } from './allocate.ts';
import { moveStock, type Move, type Moved } from './move-stock.ts';
import { type OrderMessage, RESERVATION_TABLE } from './reservation-table.ts';
import { canStillMove, type Reservation } from './reservation.ts';
import type { StockLevels } from './stock-levels.ts';
import type { Network } from './warehouse.ts';

type InventoryTopic = 'inventory.reserved' | 'inventory.failed' | 'inventory.released';

export type ReservationEvent = {
  [T in InventoryTopic]: { readonly type: T; readonly data: EventData<T> };
}[InventoryTopic];

/** The facts of a decision besides the reservation. */
export interface OrderFacts {
  readonly orderId: string;
  /** The items of the order; only `order.created` has them. */
  readonly items: readonly OrderItem[];
  readonly network: Network;
  readonly levelsOf: (sku: string) => StockLevels | undefined;
  /** epoch milliseconds */
  readonly now: number;
}

export type Outcome =
  | { readonly kind: 'ignored'; readonly because: string }
  | { readonly kind: 'anomaly'; readonly because: string }
  | {
      readonly kind: 'changed';
      readonly reservation: Reservation;
      readonly levels: readonly StockLevels[];
      readonly moves: readonly Move[];
      readonly event: ReservationEvent | null;
    };

/** Decides on one message of an order by the table. */
export function decideReservation(before: Reservation | undefined, message: OrderMessage, facts: OrderFacts): Outcome {
  const rule = RESERVATION_TABLE[before?.status ?? 'none'][message];
  switch (rule.kind) {
    case 'reserve':
      return reserve(facts);
    case 'commit':
      return commit(held(before), facts);
    case 'release':
      return giveBack(held(before), 'release', facts);
    case 'restock':
      return giveBack(held(before), 'restock', facts);
    case 'tombstone':
      return { kind: 'changed', reservation: fresh(facts, 'cancelled'), levels: [], moves: [], event: null };
    case 'ignore':
      return { kind: 'ignored', because: rule.because };
    case 'anomaly':
      return { kind: 'anomaly', because: rule.because };
    default:
      return rule satisfies never;
  }
}

function reserve(facts: OrderFacts): Outcome {
  const { orderId, items, network, levelsOf } = facts;
  const result = allocate(items, network, levelsOf);
  if (result.kind === 'short') {
    const { shortages } = result;
    return {
      kind: 'changed',
      reservation: { ...fresh(facts, 'refused'), version: 1 },
      levels: [],
      moves: [],
      event: { type: 'inventory.failed', data: { orderId, shortages: [...shortages] } },
    };
  }
  const lines = result.allocations.map(withoutReason);
  return {
    kind: 'changed',
    reservation: { ...fresh(facts, 'reserved'), lines, version: 1 },
    ...moveStock('reserve', result.allocations, levelsOf),
    event: { type: 'inventory.reserved', data: { orderId, allocations: lines } },
  };
}

function commit(before: Reservation, facts: OrderFacts): Outcome {
  const reservation: Reservation = { ...before, status: 'committed', updatedAt: facts.now };
  return { kind: 'changed', reservation, ...moved(before, 'sale', facts), event: null };
}

function giveBack(before: Reservation, kind: 'release' | 'restock', facts: OrderFacts): Outcome {
  const { orderId, lines } = before;
  const restocked = kind === 'restock';
  return {
    kind: 'changed',
    reservation: {
      ...before,
      status: restocked ? 'restocked' : 'released',
      version: before.version + 1,
      updatedAt: facts.now,
    },
    ...moved(before, kind, facts),
    event: { type: 'inventory.released', data: { orderId, allocations: [...lines], restocked } },
  };
}

function moved({ lines }: Reservation, kind: 'sale' | 'release' | 'restock', { levelsOf }: OrderFacts): Moved {
  return moveStock(
    kind,
    lines.map((line) => ({ ...line, reason: null })),
    levelsOf,
  );
}

function fresh({ orderId, now }: OrderFacts, status: Reservation['status']): Reservation {
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
