import { newId } from '@souk/chassis/ids';
import type { ChassisCollections } from '@souk/chassis/writer/chassis-collections';
import type { UseCase } from '@souk/chassis/writer/use-case';
import { Writer } from '@souk/chassis/writer/writer';
import type { StoredEvent } from '@souk/chassis/writer/writer-store';
import type { CatalogueEntry } from '../src/domain/catalogue-entry.ts';
import type { InventoryCollections, InventoryStore } from '../src/storage/inventory-store.ts';
import { openWarehouse } from '../src/usecases/open-warehouse.ts';
import { receiveStock, type Receipt, type Received } from '../src/usecases/receive-stock.ts';

type Own = InventoryCollections & ChassisCollections;

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
  const submit = <V, A>(useCase: UseCase<Own, V, A>, value: V): Promise<A> => writer.submit(useCase, value);

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
  ): Promise<Received> => submit(receiveStock, aReceipt({ sku, warehouseId, quantity, ...changes }));

  return { store, events, submit, open, receive, close: () => writer.close() };
}

export type Stockroom = Awaited<ReturnType<typeof openStockroom>>;

function aReceipt(changes: Pick<Receipt, 'sku' | 'warehouseId' | 'quantity'> & Partial<Receipt>): Receipt {
  return { id: newId(), reason: null, actor: newId(), toldByProduct: anEntry(changes.sku), ...changes };
}

function anEntry(sku: string): CatalogueEntry {
  return { sku, productId: newId(), version: 1 };
}

/** Every movement, oldest id first. */
export async function ledgerOf(store: InventoryStore) {
  const pages = [];
  for (let before: string | undefined; ;) {
    const page = await store.reads.movementsPage({}, before, 1000);
    pages.push(...page);
    before = page.at(-1)?.id;
    if (before === undefined) return pages.toReversed();
  }
}
