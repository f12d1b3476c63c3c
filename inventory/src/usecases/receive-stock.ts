import type { UseCase } from '@souk/chassis/writer/use-case';
import { newerEntry, type CatalogueEntry } from '../domain/catalogue-entry.ts';
import type { Movement } from '../domain/movement.ts';
import { receiveGoods } from '../domain/receive-goods.ts';
import { isKnown, NETWORK_ID } from '../domain/warehouse.ts';
import type { InventoryCollections } from '../storage/inventory-store.ts';
import { ledgerRows } from './ledger-rows.ts';

export interface Receipt {
  /** Its business id: the same receipt is never booked twice, whatever is repeated. */
  readonly id: string;
  readonly sku: string;
  readonly warehouseId: string;
  readonly quantity: number;
  readonly reason: string | null;
  /** user id */
  readonly actor: string;
  /** What Product says about a SKU that is not in our copy yet; null: it knows none. */
  readonly toldByProduct: CatalogueEntry | null;
}

export type Received =
  | { readonly kind: 'received'; readonly movement: Movement }
  | { readonly kind: 'warehouse-unknown' | 'sku-unknown' | 'too-much' };

/** Goods arrived in a warehouse. */
export const receiveStock: UseCase<InventoryCollections, Receipt, Received> = {
  name: 'receiveStock',
  keys: ({ sku }) => ({ network: [NETWORK_ID], catalogue: [sku] }),
  // Known before, but asked for here: all levels of a batch are locked by one statement.
  moreKeys: ({ sku }) => ({ levels: [sku] }),
  decide(receipt, world, context) {
    const { id, sku, warehouseId, actor, toldByProduct } = receipt;
    if (!isKnown(world.get('network', NETWORK_ID), warehouseId)) return { answer: { kind: 'warehouse-unknown' } };
    const known = world.get('catalogue', sku);
    if (known === undefined && toldByProduct === null) return { answer: { kind: 'sku-unknown' } };
    const moved = receiveGoods(receipt, world.get('levels', sku));
    const [movement] = ledgerRows(moved?.moves ?? [], { reference: id, eventId: null, actor }, context);
    if (moved === undefined || movement === undefined) return { answer: { kind: 'too-much' } };
    const learnt = toldByProduct && newerEntry(known, toldByProduct);
    const catalogue = learnt ? [learnt] : [];
    return { answer: { kind: 'received', movement }, puts: { catalogue, levels: moved.levels, movements: [movement] } };
  },
};
