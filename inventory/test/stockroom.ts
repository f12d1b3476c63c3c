import { newId } from '@souk/chassis/ids';
import type { ChassisCollections } from '@souk/chassis/engine/writer/chassis-collections';
import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { Writer } from '@souk/chassis/engine/writer/writer';
import type { StoredEvent } from '@souk/chassis/engine/writer/writer-store';
import type { CatalogueEntry } from '../src/domain/catalogue.ts';
import type { InventoryCollections, InventoryStore } from '../src/storage/inventory-store.ts';
import { openWarehouse } from '../src/usecases/change-warehouses.ts';
import {
  type Adjustment,
  adjustStock,
  commitStock,
  giveBackStock,
  type Receipt,
  receiveStock,
  reserveStock,
  type StockAnswer,
  type StockCommand,
  transferStock,
} from '../src/usecases/move-stock.ts';
import type { orderCancelled, orderCompleted, orderCreated } from './builders.ts';

type Own = InventoryCollections & ChassisCollections;

/** Fewer free pieces than these are few. */
export const LOW = 5;

/** A writer over a store, with the commands tests begin with. */
export async function openStockroom(store: InventoryStore, { batchLimit = 500, lane = 'test', newId: makeId = newId } = {}) {
  const events: StoredEvent[] = [];
  const writer = await Writer.open<Own>({
    store: store.writing,
    lane,
    newId: makeId,
    batchLimit,
    paceMs: 0,
    outbox: () => ({ offer: (committed) => events.push(...committed), publishedSeq: 0 }),
    runTask: () => undefined,
    report: () => undefined,
  });
  // In the order in which they come, whatever is in one batch: what can wait is put behind others of its batch alone.
  const submit = <V, A>(useCase: UseCase<Own, V, A>, value: V): Promise<A> => writer.submit({ ...useCase, canWait: false }, value);

  async function open(priority: number, active = true): Promise<string> {
    const opened = await submit(openWarehouse, { name: `Warehouse ${priority}`, priority, active });
    if (opened.kind !== 'opened') throw new Error(opened.kind);
    return opened.warehouse.id;
  }

  const receive = (
    sku: string,
    warehouseId: string,
    quantity: number,
    changes: Partial<Receipt> = {},
  ): Promise<StockAnswer> => submit(receiveStock(LOW), { ...aCommand(sku), warehouseId, quantity, ...changes });

  const adjust = (sku: string, warehouseId: string, quantity: number, changes: Partial<Adjustment> = {}) =>
    submit(adjustStock(LOW), { ...aCommand(sku), warehouseId, quantity, reason: 'counted', ...changes });

  const transfer = (sku: string, fromWarehouseId: string, toWarehouseId: string, quantity: number) =>
    submit(transferStock(LOW), { ...aCommand(sku), fromWarehouseId, toWarehouseId, quantity });

  const reserve = (event: ReturnType<typeof orderCreated>) => submit(reserveStock(LOW), event);
  const commit = (event: ReturnType<typeof orderCompleted>) => submit(commitStock(LOW), event);
  const giveBack = (event: ReturnType<typeof orderCancelled>) => submit(giveBackStock(LOW), event);

  const close = () => writer.close();
  return { store, events, submit, open, receive, adjust, transfer, reserve, commit, giveBack, close };
}

export type Stockroom = Awaited<ReturnType<typeof openStockroom>>;

function aCommand(sku: string): StockCommand {
  return { id: newId(), sku, reason: null, actor: newId(), toldByProduct: anEntry(sku) };
}

function anEntry(sku: string): CatalogueEntry {
  return { sku, productId: newId(), version: 1, onSale: true };
}

/** Every movement, oldest id first. */
export async function ledgerOf(store: InventoryStore) {
  const pages = [];
  for (let before: string | undefined; ;) {
    const { rows: page } = await store.reads.movements({}, { before, limit: 1000 });
    pages.push(...page);
    before = page.at(-1)?.id;
    if (before === undefined) return pages.toReversed();
  }
}
