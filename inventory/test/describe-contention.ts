import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { newId } from '@souk/chassis/ids';
import type { InventoryStore } from '../src/storage/inventory-store.ts';
import { orderCancelled, orderCompleted, orderCreated } from './builders.ts';
import type { OpenedStore } from './describe-inventory-store.ts';
import { lowsInLedger, lowsOf } from './lows.ts';
import { manyWriters } from './many-writers.ts';
import { expectStockIsRight } from './stock-is-right.ts';
import { ledgerOf, LOW, openStockroom, type Stockroom } from './stockroom.ts';

const anHourAgo = () => Bun.randomUUIDv7('hex', Date.now() - 3_600_000);

export interface SharedStore extends OpenedStore {
  /** Another connection to the same database, as a second process has it. */
  again(): InventoryStore;
}

/** What must hold when several processes change the stock of one database. */
export function describeContention(name: string, openShared: () => Promise<SharedStore>): void {
  describe(`many at once on ${name}`, () => {
    let opened: SharedStore;
    let room: Stockroom;

    beforeEach(async () => {
      opened = await openShared();
      room = await openStockroom(opened.store, { batchLimit: 20 });
    });
    afterEach(async () => {
      await room.close();
      await opened.close();
    });

    const statuses = async (orders: readonly string[]) => {
      const all = await Promise.all(orders.map((order) => opened.store.reads.reservation(order)));
      return Object.groupBy(all, (one) => one?.status ?? 'none');
    };

    test('200 orders of one piece on 50 pieces in two warehouses: 50 are reserved, 150 refused', async () => {
      const [north, south] = [await room.open(1), await room.open(2)];
      await Promise.all([room.receive('cup', north, 30), room.receive('cup', south, 20)]);
      const orders = Array.from({ length: 200 }, newId);
      await Promise.all(
        orders.map((order) => room.reserve(orderCreated(order, [{ sku: 'cup', quantity: 1 }]))),
      );
      const { reserved, refused } = await statuses(orders);
      expect([reserved?.length, refused?.length]).toEqual([50, 150]);
      expect(JSON.parse(room.events.filter(({ type }) => type === 'inventory.failed').at(-1)?.data ?? '')).toMatchObject({
        shortages: [{ sku: 'cup', requested: 1, available: 0 }],
      });
      await expectStockIsRight(opened.store, orders);
    });

    test('two processes, lines in opposite order, pieces in different warehouses: all are served', async () => {
      const [north, south] = [await room.open(1), await room.open(2)];
      await Promise.all([room.receive('cup', north, 100), room.receive('pot', south, 100)]);
      const secondStore = opened.again();
      const second = await openStockroom(secondStore, { lane: 'second', batchLimit: 3 });
      const lines = [
        { sku: 'cup', quantity: 1 },
        { sku: 'pot', quantity: 1 },
      ];
      const orders = Array.from({ length: 100 }, newId);
      await Promise.all(
        orders.map(async (order, index) => {
          const [process, items] = index % 2 === 0 ? [room, lines] : [second, lines.toReversed()];
          await process.reserve(orderCreated(order, items));
          await process.commit(orderCompleted(order));
        }),
      );
      const { committed } = await statuses(orders);
      expect(committed?.length).toBe(100);
      expect((await opened.store.reads.levels('pot'))?.warehouses).toEqual([
        { warehouseId: south, onHand: 0, reserved: 0, movements: 201 },
      ]);
      await expectStockIsRight(opened.store, orders);
      await second.close();
      await secondStore.close();
    });

    test('one order told to two processes at the same moment is reserved once', async () => {
      const north = await room.open(1);
      await room.receive('cup', north, 10);
      const secondStore = opened.again();
      const second = await openStockroom(secondStore, { lane: 'second' });
      const created = orderCreated(newId(), [{ sku: 'cup', quantity: 4 }]);
      await Promise.all([room, second].map((process) => process.reserve(created)));
      expect((await opened.store.reads.levels('cup'))?.warehouses).toEqual([
        { warehouseId: north, onHand: 10, reserved: 4, movements: 2 },
      ]);
      await second.close();
      await secondStore.close();
    });

    test('one process remembers a reservation that another has sold or given back: nothing moves twice', async () => {
      const north = await room.open(1);
      await room.receive('cup', north, 10);
      const secondStore = opened.again();
      const second = await openStockroom(secondStore, { lane: 'second' });
      const orders = [newId(), newId()] as const;
      const [sold, given] = orders;
      for (const order of orders) await room.reserve(orderCreated(order, [{ sku: 'cup', quantity: 2 }]));
      for (const process of [second, room]) {
        await process.commit(orderCompleted(sold));
        await process.giveBack(orderCancelled(given));
      }
      expect((await opened.store.reads.levels('cup'))?.warehouses).toEqual([{ warehouseId: north, onHand: 8, reserved: 0, movements: 5 }]);
      expect((await ledgerOf(opened.store)).map(({ kind }) => kind)).toEqual(['receipt', 'reserve', 'reserve', 'sale', 'release']);
      await expectStockIsRight(opened.store, orders);
      await second.close();
      await secondStore.close();
    });

    test('the clock of one of two processes is an hour behind: the ledger still has the order in which stock moved', async () => {
      const north = await room.open(1);
      const secondStore = opened.again();
      const second = await openStockroom(secondStore, { lane: 'second', newId: anHourAgo });
      const orders = Array.from({ length: 3 }, newId);
      for (const order of orders) {
        await room.receive('cup', north, 1);
        await second.reserve(orderCreated(order, [{ sku: 'cup', quantity: 1 }]));
      }
      expect((await ledgerOf(opened.store)).map(({ number }) => number)).toEqual([2, 4, 6, 1, 3, 5]);
      await expectStockIsRight(opened.store, orders);
      await second.close();
      await secondStore.close();
    });

    test('four processes want the same pieces: exactly what is there is reserved, no update is lost', async () => {
      const north = await room.open(1);
      await room.receive('cup', north, 60);
      const stores = [2, 3, 4].map(() => opened.again());
      const others = await Promise.all(stores.map((store, index) => openStockroom(store, { lane: `lane ${index}`, batchLimit: 4 })));
      const rooms = [room, ...others];
      const orders = Array.from({ length: 120 }, newId);
      await Promise.all([
        ...orders.map((order, index) => rooms[index % 4]?.reserve(orderCreated(order, [{ sku: 'cup', quantity: 1 }]))),
        ...rooms.map((one) => one.receive('cup', north, 5)),
      ]);
      const { reserved = [], refused = [] } = await statuses(orders);
      expect(reserved.length + refused.length).toBe(120);
      expect(reserved.length).toBeGreaterThanOrEqual(60);
      const [level] = (await opened.store.reads.levels('cup'))?.warehouses ?? [];
      expect(level).toEqual({ warehouseId: north, onHand: 80, reserved: reserved.length, movements: reserved.length + 5 });
      await expectStockIsRight(opened.store, orders);
      for (const other of others) await other.close();
      for (const store of stores) await store.close();
    }, 60_000);

    /** Four processes in all. */
    const crowd = async () => {
      const stores = [2, 3, 4].map(() => opened.again());
      const others = await Promise.all(stores.map((store, index) => openStockroom(store, { lane: `lane ${index}`, batchLimit: 5 })));
      const close = async () => {
        for (const other of others) await other.close();
        for (const store of stores) await store.close();
      };
      return { rooms: [room, ...others], close };
    };

    for (const [what, skus] of [
      ['one SKU', ['cup']],
      ['many SKUs', ['cup', 'pot', 'jug', 'mug', 'bowl', 'fork', 'knife', 'spoon', 'plate']],
    ] as const) {
      test(`32 writers in four processes receive, adjust, transfer, reserve and cancel ${what}: no unit is lost`, async () => {
        const warehouses = [await room.open(1), await room.open(2)];
        for (const sku of skus) await room.receive(sku, warehouses[0] ?? '', 40);
        const { rooms, close } = await crowd();
        const orders = await manyWriters(rooms, { skus, warehouses });
        await expectStockIsRight(opened.store, orders);
        const kinds = new Set((await ledgerOf(opened.store)).map(({ kind }) => kind));
        expect([...kinds].toSorted()).toEqual(['adjustment', 'receipt', 'release', 'reserve', 'sale', 'transfer_in', 'transfer_out']);
        // Throws when one is missing, or said twice.
        for (const sku of skus) lowsOf(rooms, sku);
        await close();
      }, 60_000);
    }

    test('32 writers in four processes: each fall below the threshold is one event, of the process that caused it', async () => {
      const north = await room.open(1);
      await room.receive('cup', north, LOW + 3);
      const { rooms, close } = await crowd();
      await manyWriters(rooms, { skus: ['cup'], warehouses: [north] });
      const fallen = await lowsInLedger(opened.store, 'cup');
      expect(fallen.length).toBeGreaterThan(0);
      expect(lowsOf(rooms)).toEqual(fallen);
      await close();
    }, 60_000);
  });
}
