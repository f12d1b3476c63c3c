import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { newerEntry, type CatalogueEntry } from '../domain/catalogue.ts';
import { lowStock } from '../domain/low-stock.ts';
import type { MovedByHand, NotMoved } from '../domain/move-by-hand.ts';
import type { Movement } from '../domain/movement.ts';
import type { StockLevels } from '../domain/stock-levels.ts';
import { isKnown, NETWORK_ID, networkOf } from '../domain/warehouse.ts';
import type { InventoryCollections } from '../storage/inventory-store.ts';
import { ledgerRows } from './ledger-rows.ts';
import { lowEvents } from './low-events.ts';

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
export function moveByHand<Command extends StockCommand>(
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
