import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { newId } from '@souk/chassis/ids';
import { type TemporaryStore, temporaryStore } from '@souk/chassis/testing/temporary-store';
import fc from 'fast-check';
import type { InventoryStore } from '../src/storage/inventory-store.ts';
import { openSqliteInventoryStore } from '../src/storage/open-sqlite.ts';
import { changeWarehouse } from '../src/usecases/change-warehouses.ts';
import { reserveStock } from '../src/usecases/reserve-stock.ts';
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

  test('is said when fewer are free than the threshold, not when as many are', async () => {
    await room.reserve(cups(5));
    expect(lowsOf([room])).toEqual([]);
    const order = cups(1);
    await room.reserve(order);
    const low = room.events.find(({ type }) => type === 'inventory.low');
    expect(low).toMatchObject({ key: 'cup', stream: 'stock:cup', version: 1 });
    expect(JSON.parse(low?.data ?? '')).toEqual({ sku: 'cup', available: 4, threshold: 5 });
    expect(lowsOf([room])).toEqual([4]);
  });

  test('is not said again while few are left, and again once there were enough', async () => {
    const first = cups(6);
    await room.reserve(first);
    for (const order of [cups(1), cups(1)]) await room.reserve(order);
    await room.adjust('cup', north, -1);
    expect(lowsOf([room])).toEqual([4]);
    await room.giveBack(orderCancelled(first.data.orderId));
    await room.adjust('cup', north, -3);
    expect(lowsOf([room])).toEqual([4, 4]);
  });

  test('a sale of what was held, or an order that gets nothing, says nothing', async () => {
    const order = cups(6);
    await room.reserve(order);
    await room.commit(orderCompleted(order.data.orderId));
    await room.reserve(cups(9));
    expect(lowsOf([room])).toEqual([4]);
  });

  test('messages that come twice say it once', async () => {
    const order = cups(6);
    await Promise.all([order, order, order].map((again) => room.reserve(again)));
    await room.reserve(order);
    expect(lowsOf([room])).toEqual([4]);
  });

  test('is remembered over a restart, and the second time has the next version', async () => {
    await room.reserve(cups(6));
    const later = await openStockroom(opened.store, { lane: 'later' });
    await later.reserve(cups(1));
    await later.receive('cup', north, 7);
    await later.reserve(cups(6));
    expect(later.events.filter(({ type }) => type === 'inventory.low').map(({ version, data }) => [version, JSON.parse(data).available])).toEqual([[2, 4]]);
    await later.close();
  });

  test('a SKU that never had enough does not run low', async () => {
    await room.receive('pot', north, 3);
    await room.adjust('pot', north, -1);
    expect(lowsOf([room])).toEqual([]);
  });

  test('a warehouse that closes counts no more: that is said at the next movement', async () => {
    await room.receive('cup', await room.open(2), 2);
    const change = { id: north, patch: { active: false }, requireVersion: () => undefined };
    await room.submit(changeWarehouse, change);
    expect(lowsOf([room])).toEqual([]);
    await room.reserve(cups(1));
    expect(lowsOf([room])).toEqual([1]);
  });

  test('a transfer between active warehouses changes nothing, one into a closed warehouse does', async () => {
    const [south, closed] = [await room.open(2), await room.open(3, false)];
    await room.transfer('cup', north, south, 9);
    expect(lowsOf([room])).toEqual([]);
    await room.transfer('cup', south, closed, 9);
    expect(lowsOf([room])).toEqual([1]);
  });

  test('a threshold that was raised since holds from the next movement on', async () => {
    await room.submit(reserveStock(50), cups(1));
    expect(lowsOf([room])).toEqual([9]);
  });

  test('with a threshold of 0 it is never said', async () => {
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
  'however stock goes up and down, in whatever batches, each fall below the threshold in the ledger is said once',
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
