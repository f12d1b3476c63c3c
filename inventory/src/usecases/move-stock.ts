import type { DecisionContext, NewEvent, NewEventOf, UseCase } from '@souk/chassis/engine/writer/use-case';
import type { EventEnvelope } from '@souk/contracts/envelope';
import type { OrderItem } from '@souk/contracts/saga';
import { type CatalogueEntry, newerEntry } from '../domain/catalogue.ts';
import { type LowStock, lowStock } from '../domain/low-stock.ts';
import { adjustGoods, type MovedByHand, type NotMoved, receiveGoods, transferGoods } from '../domain/move-by-hand.ts';
import type { Move, Movement, StockLevels } from '../domain/move-stock.ts';
import { answerReservation, canStillMove, type On, type Outcome } from '../domain/reservation-saga.ts';
import { isKnown, NETWORK_ID, networkOf } from '../domain/warehouse.ts';
import type { InventoryCollections } from '../storage/inventory-store.ts';

/** An order was placed: hold all its pieces, or none. */
export const reserveStock = answering('order.created', ({ data }) => data.items);

/** An order was paid: the pieces held for it leave the stock. */
export const commitStock = answering('order.completed', () => []);

/** An order was cancelled: pieces held for it are free again, pieces that had left come back. */
export const giveBackStock = answering('order.cancelled', () => []);

/**
 * The use case that answers one message of an order by the reservation's table. All levels of a batch are locked in one sorted
 * statement. Remembered reservations are locked at the commit only, so two processes can deadlock: one of them tries again
 * (docs/adr/0060). `lowThreshold`: stock is low with fewer free pieces than this.
 */
function answering<M extends On>(
  message: M,
  itemsOf: (event: EventEnvelope<M>) => readonly OrderItem[],
): (lowThreshold: number) => UseCase<InventoryCollections, EventEnvelope<M>, void> {
  return (lowThreshold) => ({
    name: message,
    keys: ({ data: { orderId } }) => ({ reservations: [orderId], network: [NETWORK_ID] }),
    moreKeys(event, world) {
      const reservation = world.get('reservations', event.data.orderId);
      if (reservation === undefined) return { levels: itemsOf(event).map(({ sku }) => sku) };
      return canStillMove(reservation) ? { levels: reservation.lines.map(({ sku }) => sku) } : {};
    },
    decide(event, world, context) {
      const { orderId } = event.data;
      const before = world.get('reservations', orderId);
      const network = world.get('network', NETWORK_ID) ?? networkOf([]);
      const levelsOf = (sku: string) => world.get('levels', sku);
      const surroundings = { orderId, items: itemsOf(event), network, levelsOf, now: context.now };
      const outcome = answerReservation(before, message, surroundings);
      if (outcome.kind === 'ignored') return { answer: undefined };
      if (outcome.kind === 'anomaly') return { answer: undefined, anomaly: outcome.because };
      const cause = { reference: orderId, eventId: event.id, actor: null };
      const movements = ledgerRows(outcome.moves, cause, context);
      const { levels, lows } = lowStock(levelsOf, outcome.levels, { network, threshold: lowThreshold });
      return {
        answer: undefined,
        puts: { reservations: [outcome.reservation], levels, movements },
        events: [...toldOf(outcome, before?.status ?? 'none'), ...lowEvents(lows)],
      };
    },
  });
}

function toldOf({ reservation, event }: Extract<Outcome, { kind: 'changed' }>, from: string): readonly NewEvent[] {
  if (event === null) return [];
  const { orderId, version, status } = reservation;
  const place = { key: orderId, stream: `reservation:${orderId}`, version, context: { from, to: status } };
  return [{ ...event, ...place }];
}

export interface Receipt extends StockCommand {
  readonly warehouseId: string;
  readonly quantity: number;
}

/** Goods arrived in a warehouse. */
export const receiveStock = movingByHand<Receipt>('receive stock', {
  warehousesOf: ({ warehouseId }) => [warehouseId],
  move: receiveGoods,
});

export interface Adjustment extends StockCommand {
  readonly warehouseId: string;
  /** Pieces there are beyond the recorded stock; negative: pieces missing. */
  readonly quantity: number;
}

/** Corrects stock after a count or a breakage. */
export const adjustStock = movingByHand<Adjustment>('adjust stock', {
  warehousesOf: ({ warehouseId }) => [warehouseId],
  move: adjustGoods,
});

export interface Transfer extends StockCommand {
  readonly fromWarehouseId: string;
  readonly toWarehouseId: string;
  readonly quantity: number;
}

/** Moves pieces to another warehouse; no piece is in transit in between. */
export const transferStock = movingByHand<Transfer>('transfer stock', {
  warehousesOf: ({ fromWarehouseId, toWarehouseId }) => [fromWarehouseId, toWarehouseId],
  move: transferGoods,
});

/** A person's command on the stock of one SKU. */
export interface StockCommand {
  /** Id of the command, new for each request; an Idempotency-Key prevents a second booking. */
  readonly id: string;
  readonly sku: string;
  readonly reason: string | null;
  /** user id */
  readonly actor: string;
  /** Product's entry for a SKU that is not in our copy yet; null: Product knows none. */
  readonly toldByProduct: CatalogueEntry | null;
}

export type StockAnswer =
  | { readonly kind: 'moved'; readonly movements: readonly Movement[] }
  | { readonly kind: 'warehouse-unknown'; readonly warehouseIds: readonly string[] }
  | { readonly kind: 'sku-unknown' }
  | NotMoved;

interface HandMovement<Command> {
  warehousesOf(command: Command): readonly string[];
  move(command: Command, levels: StockLevels | undefined): MovedByHand;
}

export type MoveByHand<Command> = UseCase<InventoryCollections, Command, StockAnswer>;

/** The use case of one kind of stock command. `lowThreshold`: stock is low with fewer free pieces than this. */
function movingByHand<Command extends StockCommand>(
  name: string,
  { warehousesOf, move }: HandMovement<Command>,
): (lowThreshold: number) => MoveByHand<Command> {
  return (lowThreshold) => ({
    name,
    canWait: true,
    keys: ({ sku }) => ({ network: [NETWORK_ID], catalogue: [sku] }),
    // Known from the start, but requested here, so that one statement locks all levels of a batch.
    moreKeys: ({ sku }) => ({ levels: [sku] }),
    decide(command, world, context) {
      const { id, sku, actor, toldByProduct } = command;
      const network = world.get('network', NETWORK_ID) ?? networkOf([]);
      const unknown = warehousesOf(command).filter((warehouseId) => !isKnown(network, warehouseId));
      if (unknown.length > 0) return { answer: { kind: 'warehouse-unknown', warehouseIds: unknown } };
      const known = world.get('catalogue', sku);
      if (known === undefined && toldByProduct === null) return { answer: { kind: 'sku-unknown' } };
      const before = world.get('levels', sku);
      const moved = move(command, before);
      if (moved.kind !== 'moved') return { answer: moved };
      const { levels, lows } = lowStock(() => before, moved.levels, { network, threshold: lowThreshold });
      const movements = ledgerRows(moved.moves, { reference: id, eventId: null, actor }, context);
      const learnt = toldByProduct && newerEntry(known, toldByProduct);
      const puts = { catalogue: learnt ? [learnt] : [], levels, movements };
      return { answer: { kind: 'moved', movements }, puts, events: lowEvents(lows) };
    },
  });
}

/** Turns moves into rows of the ledger. */
function ledgerRows(
  moves: readonly Move[],
  cause: Pick<Movement, 'reference' | 'eventId' | 'actor'>,
  { now, newId }: DecisionContext,
): readonly Movement[] {
  return moves.map((move) => ({ ...move, ...cause, id: newId(), at: now }));
}

/** One event for each SKU that has run low. */
function lowEvents(lows: readonly LowStock[]): readonly NewEventOf<'inventory.low'>[] {
  return lows.map(({ times, ...data }) => {
    return { type: 'inventory.low', key: data.sku, stream: `stock:${data.sku}`, version: times, data };
  });
}
