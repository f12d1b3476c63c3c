import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { newId } from '@souk/chassis/ids';
import { type TemporaryStore, temporaryStore } from '@souk/chassis/testing/temporary-store';
import fc from 'fast-check';
import type { InventoryStore } from '../src/storage/inventory-store.ts';
import { openSqliteInventoryStore } from '../src/storage/open-sqlite.ts';
import { changeWarehouse } from '../src/usecases/change-warehouses.ts';
import { reserveStock } from '../src/usecases/move-stock.ts';
import { orderCancelled, orderCompleted, orderCreated } from './builders.ts';
import { lowsOf, lowsInLedger } from './lows.ts';
import { seeded } from './seeded.ts';
import { openStockroom, type Stockroom } from './stockroom.ts';

describe('inventory.low', () => {
  let opened: TemporaryStore<InventoryStore>;
  let room: Stockroom;
  let north: string;

  /** There are 10 cups; fewer than 5 are few. */
  beforeEach(async () => {
    opened = await temporaryStore(openSqliteInventoryStore);
    room = await openStockroom(opened.store);
    north = await room.open(1);
    await room.receive('cup', north, 10);
  });
  afterEach(async () => {
    await room.close();
    await opened.close();
  });

  const cups = (quantity: number) => orderCreated(newId(), [{ sku: 'cup', quantity }]);

  test('is sent when fewer pieces than the threshold are free, not when exactly as many are', async () => {
    await room.reserve(cups(5));
    expect(lowsOf([room])).toEqual([]);
    const order = cups(1);
    await room.reserve(order);
    const low = room.events.find(({ type }) => type === 'inventory.low');
    expect(low).toMatchObject({ key: 'cup', stream: 'stock:cup', version: 1 });
    expect(JSON.parse(low?.data ?? '')).toEqual({ sku: 'cup', available: 4, threshold: 5 });
    expect(lowsOf([room])).toEqual([4]);
  });

  test('is not sent again while few are left, but again once there were enough', async () => {
    const first = cups(6);
    await room.reserve(first);
    for (const order of [cups(1), cups(1)]) await room.reserve(order);
    await room.adjust('cup', north, -1);
    expect(lowsOf([room])).toEqual([4]);
    await room.giveBack(orderCancelled(first.data.orderId));
    await room.adjust('cup', north, -3);
    expect(lowsOf([room])).toEqual([4, 4]);
  });

  test('is not sent for a sale of held pieces, or for an order that gets nothing', async () => {
    const order = cups(6);
    await room.reserve(order);
    await room.commit(orderCompleted(order.data.orderId));
    await room.reserve(cups(9));
    expect(lowsOf([room])).toEqual([4]);
  });

  test('is sent once for messages that come twice', async () => {
    const order = cups(6);
    await Promise.all([order, order, order].map((again) => room.reserve(again)));
    await room.reserve(order);
    expect(lowsOf([room])).toEqual([4]);
  });

  test('is remembered over a restart, and the second one has the next version', async () => {
    await room.reserve(cups(6));
    const later = await openStockroom(opened.store, { lane: 'later' });
    await later.reserve(cups(1));
    await later.receive('cup', north, 7);
    await later.reserve(cups(6));
    expect(later.events.filter(({ type }) => type === 'inventory.low').map(({ version, data }) => [version, JSON.parse(data).available])).toEqual([[2, 4]]);
    await later.close();
  });

  test('is not sent for a SKU that never had enough', async () => {
    await room.receive('pot', north, 3);
    await room.adjust('pot', north, -1);
    expect(lowsOf([room])).toEqual([]);
  });

  test('is sent at the next movement after a warehouse has closed', async () => {
    await room.receive('cup', await room.open(2), 2);
    const change = { id: north, patch: { active: false }, requireVersion: () => undefined };
    await room.submit(changeWarehouse, change);
    expect(lowsOf([room])).toEqual([]);
    await room.reserve(cups(1));
    expect(lowsOf([room])).toEqual([1]);
  });

  test('is not sent for a transfer between active warehouses, but for one into a closed warehouse', async () => {
    const [south, closed] = [await room.open(2), await room.open(3, false)];
    await room.transfer('cup', north, south, 9);
    expect(lowsOf([room])).toEqual([]);
    await room.transfer('cup', south, closed, 9);
    expect(lowsOf([room])).toEqual([1]);
  });

  test('is sent at the next movement after the threshold was raised', async () => {
    await room.submit(reserveStock(50), cups(1));
    expect(lowsOf([room])).toEqual([9]);
  });

  test('is never sent with a threshold of 0', async () => {
    await room.submit(reserveStock(0), cups(10));
    expect(lowsOf([room])).toEqual([]);
  });
});

const step = fc.record({
  sku: fc.constantFrom('cup', 'jug'),
  what: fc.constantFrom('receive', 'adjust', 'reserve', 'reserveAndCancel'),
  quantity: fc.integer({ min: 1, max: 8 }),
});

seeded(
  'however stock goes up and down, in whatever batches, each fall below the threshold in the ledger is one event',
  fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.constantFrom(1, 7, 500), async (steps, batchLimit) => {
    const { store, close } = await temporaryStore(openSqliteInventoryStore);
    const room = await openStockroom(store, { batchLimit });
    try {
      const north = await room.open(1);
      await Promise.all(
        steps.map(async ({ sku, what, quantity }) => {
          if (what === 'receive') return room.receive(sku, north, quantity);
          if (what === 'adjust') return room.adjust(sku, north, -quantity);
          const order = orderCreated(newId(), [{ sku, quantity }]);
          await room.reserve(order);
          return what === 'reserve' ? undefined : room.giveBack(orderCancelled(order.data.orderId));
        }),
      );
      for (const sku of ['cup', 'jug']) expect(lowsOf([room], sku)).toEqual(await lowsInLedger(store, sku));
    } finally {
      await room.close();
      await close();
    }
  }),
  { runs: 60 },
);
