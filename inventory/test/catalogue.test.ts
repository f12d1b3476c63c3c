import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { newId } from '@souk/chassis/ids';
import { followingEndedAccess } from '@souk/chassis/engine/ended-access';
import { type TemporaryStore, temporaryStore } from '@souk/chassis/testing/temporary-store';
import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { topicsReadBy } from '@souk/contracts/topics';
import { type CatalogueEntry, type LookUpSkus, newerEntry } from '../src/domain/catalogue.ts';
import { askSales, learnSkus } from '../src/jobs/learn-skus.ts';
import { handlers } from '../src/service.ts';
import type { InventoryCollections, InventoryStore } from '../src/storage/inventory-store.ts';
import { openSqliteInventoryStore } from '../src/storage/open-sqlite.ts';
import { productCreated } from './builders.ts';
import { openStockroom, type Stockroom } from './stockroom.ts';

test('every topic that inventory reads has a handler, and no other', () => {
  expect(Object.keys(followingEndedAccess('inventory', handlers(5))).toSorted()).toEqual([...topicsReadBy('inventory')].toSorted());
});

test('the newest version of a SKU wins', () => {
  const told = (version: number, onSale: boolean | null = true) => ({ sku: 'cup', productId: `product ${version}`, version, onSale });
  expect(newerEntry(undefined, told(2))).toEqual(told(2));
  expect(newerEntry(told(2), told(3))).toEqual(told(3));
  expect(newerEntry(told(2), told(2))).toBeUndefined();
  expect(newerEntry(told(2), told(1))).toBeUndefined();
  expect(newerEntry(told(2, null), told(2))).toEqual(told(2));
  expect(newerEntry(told(2, null), told(1))).toBeUndefined();
});

/** As an earlier version would have. */
const keep: UseCase<InventoryCollections, readonly CatalogueEntry[], void> = {
  name: 'keep',
  keys: (entries) => ({ catalogue: entries.map(({ sku }) => sku) }),
  decide: (catalogue) => ({ answer: undefined, puts: { catalogue } }),
};

describe('the copy of the catalogue', () => {
  let opened: TemporaryStore<InventoryStore>;
  let room: Stockroom;

  beforeEach(async () => {
    opened = await temporaryStore(openSqliteInventoryStore);
    room = await openStockroom(opened.store);
  });
  afterEach(async () => {
    await room.close();
    await opened.close();
  });

  test('has every SKU of a product, though its events come late, twice and out of order', async () => {
    const id = newId();
    const told = [
      productCreated(id, ['cup', 'pot'], 2),
      productCreated(id, ['cup'], 1),
      productCreated(id, ['cup', 'pot'], 2),
    ];
    await Promise.all(told.map((event) => room.submit(learnSkus, event)));
    const { reads } = opened.store;
    expect(await reads.catalogued('cup')).toEqual({ sku: 'cup', productId: id, version: 2, onSale: true });
    expect(await reads.catalogued('pot')).toEqual({ sku: 'pot', productId: id, version: 2, onSale: true });
    expect(await reads.catalogued('jug')).toBeUndefined();
  });

  test('gets from Product what an earlier version did not store; what an event says meanwhile stays', async () => {
    const unknown = (sku: string, version = 2) => ({ sku, productId: newId(), version, onSale: null });
    const before = ['cup', 'jug', 'pot', 'mug'].map((sku) => unknown(sku));
    await room.submit(keep, before);
    const asked: unknown[] = [];
    const lookUpSkus: LookUpSkus = async (skus, authorization) => {
      asked.push([skus, authorization]);
      await room.submit(learnSkus, productCreated(before[3]?.productId ?? '', ['mug'], 3, 'archived'));
      return before.filter(({ sku }) => sku !== 'jug').map((entry) => ({ ...entry, onSale: true }));
    };
    await askSales({ reads: opened.store.reads, lookUpSkus, submit: room.submit }).run(new AbortController().signal);
    expect(asked).toEqual([[['cup', 'jug', 'mug', 'pot'], null]]);
    const known = await Promise.all(before.map(async ({ sku }) => (await opened.store.reads.catalogued(sku))?.onSale));
    expect(known).toEqual([true, false, true, false]);
    expect(await opened.store.reads.skusOfUnknownSale(10)).toEqual([]);
  });

  test('accepts an answer older than the events: Product may have been restored from a backup', async () => {
    const before = ['cup', 'jug'].map((sku) => ({ sku, productId: newId(), version: 9, onSale: null }));
    await room.submit(keep, before);
    const lookUpSkus: LookUpSkus = async () => before.map((entry) => ({ ...entry, version: 3, onSale: true }));
    await askSales({ reads: opened.store.reads, lookUpSkus, submit: room.submit }).run(new AbortController().signal);
    expect(await opened.store.reads.skusOfUnknownSale(10)).toEqual([]);
    expect(await opened.store.reads.catalogued('cup')).toMatchObject({ version: 9, onSale: true });
  });

  test('a receipt and the product it waited for may come in one batch', async () => {
    const north = await room.open(1);
    const [received] = await Promise.all([
      room.receive('cup', north, 2, { toldByProduct: { sku: 'cup', productId: newId(), version: 5, onSale: true } }),
      room.submit(learnSkus, productCreated(newId(), ['cup'], 4)),
    ]);
    expect(received.kind).toBe('moved');
  });

  test('goods of an unknown SKU are not received', async () => {
    const north = await room.open(1);
    expect(await room.receive('cup', north, 2, { toldByProduct: null })).toEqual({ kind: 'sku-unknown' });
    expect(await opened.store.reads.levels('cup')).toBeUndefined();
  });

  test('a warehouse holds at most a thousand million pieces of a SKU', async () => {
    const north = await room.open(1);
    expect((await room.receive('cup', north, 999_999_999)).kind).toBe('moved');
    expect(await room.receive('cup', north, 2)).toEqual({ kind: 'too-much' });
    expect((await room.receive('cup', north, 1)).kind).toBe('moved');
    expect(await room.adjust('cup', north, 1)).toEqual({ kind: 'too-much' });
    const south = await room.open(2);
    await room.receive('cup', south, 1);
    expect(await room.transfer('cup', south, north, 1)).toEqual({ kind: 'too-much' });
    expect((await opened.store.reads.levels('cup'))?.warehouses.map(({ onHand }) => onHand)).toEqual([1_000_000_000, 1]);
  });
});
