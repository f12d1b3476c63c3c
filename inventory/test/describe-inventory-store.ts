import { LOOKS } from '@souk/chassis/web/paging';
import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { newId } from '@souk/chassis/ids';
import type { StorageError } from '@souk/chassis/storage-error';
import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import type { Movement } from '../src/domain/move-stock.ts';
import { learnSkus } from '../src/jobs/learn-skus.ts';
import type { InventoryCollections, InventoryStore, MovementFilter } from '../src/storage/inventory-store.ts';
import { orderCreated, productCreated } from './builders.ts';
import { ledgerOf, openStockroom, type Stockroom } from './stockroom.ts';

export interface OpenedStore {
  readonly store: InventoryStore;
  close(): Promise<void>;
}

/** What a store of inventory's must do, whatever database it is on. */
export function describeInventoryStore(name: string, open: () => Promise<OpenedStore>): void {
  describe(`inventory store on ${name}`, () => {
    let opened: OpenedStore;
    let room: Stockroom;

    beforeEach(async () => {
      opened = await open();
      room = await openStockroom(opened.store);
    });
    afterEach(async () => {
      await room.close();
      await opened.close();
    });

    const reads = () => opened.store.reads;
    const levelsAre = async (
      sku: string,
      levels: Readonly<Record<string, readonly [onHand: number, reserved: number]>>,
    ) => {
      const found = await reads().levels(sku);
      const shown = found?.warehouses.map(
        ({ warehouseId, onHand, reserved }) => [warehouseId, [onHand, reserved]] as const,
      );
      expect(Object.fromEntries(shown ?? [])).toEqual(levels);
    };

    test('migrates once and finds everything done the second time', async () => {
      expect(await opened.store.migrate()).toEqual([]);
    });

    test('finds nothing that was never stored', async () => {
      expect(await reads().levels('cup')).toBeUndefined();
      expect(await reads().catalogued('cup')).toBeUndefined();
      expect(await reads().warehouse(newId())).toBeUndefined();
      expect(await reads().reservation(newId())).toBeUndefined();
      expect((await reads().network()).warehouses).toEqual([]);
    });

    test('keeps warehouses, and the network of all of them', async () => {
      const [north, south] = [await room.open(2), await room.open(1, false)];
      expect(await reads().warehouse(south)).toEqual({
        id: south,
        name: 'Warehouse 1',
        priority: 1,
        active: false,
        version: 1,
      });
      expect([...(await reads().network()).ranks]).toEqual([[north, 0]]);
      expect((await reads().warehouses({ before: undefined, limit: 1 })).map(({ id }) => id)).toEqual([south]);
      expect((await reads().warehouses({ before: south, limit: 9 })).map(({ id }) => id)).toEqual([north]);
    });

    test('writes the levels that differ and leaves the others alone', async () => {
      const [north, south] = [await room.open(1), await room.open(2)];
      await room.receive('cup', north, 5);
      await room.receive('cup', south, 3);
      await room.receive('cup', south, 4);
      await levelsAre('cup', { [north]: [5, 0], [south]: [7, 0] });
      await room.reserve(orderCreated(newId(), [{ sku: 'cup', quantity: 6 }]));
      await levelsAre('cup', { [north]: [5, 0], [south]: [7, 6] });
    });

    test('inserts the first levels of two warehouses in one batch', async () => {
      const [north, south] = [await room.open(1), await room.open(2)];
      await Promise.all([room.receive('cup', north, 5), room.receive('cup', south, 3), room.receive('cup', north, 1)]);
      await levelsAre('cup', { [north]: [6, 0], [south]: [3, 0] });
    });

    test('keeps a reservation with its lines', async () => {
      const north = await room.open(1);
      await room.receive('cup', north, 5);
      const orderId = newId();
      await room.reserve(orderCreated(orderId, [{ sku: 'cup', quantity: 2 }]));
      expect(await reads().reservation(orderId)).toMatchObject({
        orderId,
        status: 'reserved',
        lines: [{ sku: 'cup', warehouseId: north, quantity: 2 }],
        version: 1,
      });
    });

    test('lists the ledger newest first, by SKU, warehouse and order', async () => {
      const [north, south] = [await room.open(1), await room.open(2)];
      await room.receive('cup', north, 5, { reason: 'delivery 7' });
      await room.receive('pot', south, 5);
      await room.receive('cup', south, 1);
      const orderId = newId();
      const created = orderCreated(orderId, [
        { sku: 'cup', quantity: 2 },
        { sku: 'pot', quantity: 1 },
      ]);
      await room.reserve(created);
      const all = await ledgerOf(opened.store);
      expect(all.map(({ kind, sku }) => `${kind} ${sku}`)).toEqual([
        'receipt cup',
        'receipt pot',
        'receipt cup',
        'reserve cup',
        'reserve pot',
      ]);
      expect(all[0]).toMatchObject({
        onHandDelta: 5,
        onHandAfter: 5,
        reservedAfter: 0,
        reason: 'delivery 7',
        eventId: null,
      });
      expect(all[3]).toMatchObject({ reservedDelta: 2, reference: orderId, eventId: created.id, actor: null });
      const listed = async (filter: MovementFilter, before: string | undefined, limit: number) =>
        (await reads().movements(filter, { before, limit })).rows.map((movement) => all.findIndex(({ id }) => id === movement.id));
      expect(await listed({ sku: 'cup' }, undefined, 9)).toEqual([3, 2, 0]);
      expect(await listed({ sku: 'cup' }, all[2]?.id, 9)).toEqual([0]);
      expect(await listed({ warehouseId: south }, undefined, 2)).toEqual([4, 2]);
      expect(await listed({ orderId }, undefined, 9)).toEqual([4, 3]);
      expect(await listed({ sku: 'cup', warehouseId: south, orderId }, undefined, 9)).toEqual([]);
      expect(await listed({ orderId: all[0]?.reference ?? '' }, undefined, 9)).toEqual([]);
    });

    test('finds the levels of several SKUs at once, without those that were never received', async () => {
      const north = await room.open(1);
      for (const sku of ['pot', 'cup', 'jug']) await room.receive(sku, north, 1);
      expect((await reads().levelsOf(['pot', 'never', 'cup'])).map(({ sku }) => sku)).toEqual(['cup', 'pot']);
      expect(await reads().levelsOf(['never'])).toEqual([]);
    });

    test('remembers how often a SKU ran low, whichever of its rows was written last', async () => {
      const [north, south] = [await room.open(1), await room.open(2)];
      await room.receive('cup', north, 6);
      await room.receive('cup', south, 1);
      const turns = async () => (await reads().levels('cup'))?.lowTurns;
      expect(await turns()).toBe(1);
      await room.adjust('cup', north, -3);
      expect(await turns()).toBe(2);
      await room.receive('cup', south, 9);
      await room.adjust('cup', north, -1);
      expect(await turns()).toBe(3);
    });

    test('a transfer is two movements of one action, or none', async () => {
      const [north, south] = [await room.open(1), await room.open(2)];
      await room.receive('cup', north, 6);
      await room.transfer('cup', north, south, 4);
      expect(await room.transfer('cup', north, south, 3)).toEqual({ kind: 'too-few', free: 2 });
      await levelsAre('cup', { [north]: [2, 0], [south]: [4, 0] });
      const [, out, into] = await ledgerOf(opened.store);
      expect([out?.kind, into?.kind]).toEqual(['transfer_out', 'transfer_in']);
      expect(out?.reference).toBe(into?.reference ?? '');
    });

    test('pages the stock by SKU, with all warehouses of each', async () => {
      const [north, south] = [await room.open(1), await room.open(2)];
      for (const sku of ['b', 'a', 'c']) await Promise.all([room.receive(sku, north, 1), room.receive(sku, south, 1)]);
      const first = await reads().levelsPage({ after: undefined, limit: 2 });
      expect(first.map(({ sku, warehouses }) => [sku, warehouses.length])).toEqual([
        ['a', 2],
        ['b', 2],
      ]);
      expect((await reads().levelsPage({ after: 'b', limit: 2 })).map(({ sku }) => sku)).toEqual(['c']);
    });

    test('pages the stock of SKUs on sale, in full pages whatever lies between', async () => {
      const north = await room.open(1);
      const product = async (skus: readonly string[], status: 'active' | 'draft') => room.submit(learnSkus, productCreated(newId(), skus, 1, status));
      await product(['a', 'c', 'd', 'f', 'g'], 'active');
      await product(['b', 'e'], 'draft');
      for (const sku of ['a', 'b', 'c', 'e', 'f', 'g']) await room.receive(sku, north, 1);
      const first = await reads().levelsOnSale({ after: undefined, limit: 3 });
      expect(first.rows.map(({ sku }) => sku)).toEqual(['a', 'c', 'f']);
      expect((await reads().levelsOnSale({ after: 'f', limit: 3 })).rows.map(({ sku }) => sku)).toEqual(['g']);
      expect(await reads().catalogued('b')).toMatchObject({ sku: 'b', onSale: false });
      expect(await reads().skusOfUnknownSale(10)).toEqual([]);
    });

    const record = (movements: readonly Movement[]): UseCase<InventoryCollections, undefined, void> => ({
      name: 'record',
      keys: () => ({}),
      decide: () => ({ answer: undefined, puts: { movements } }),
    });

    test('looks at a thousand movements for those of a warehouse, and goes on from there', async () => {
      const [north, south] = [await room.open(1), await room.open(2)];
      const received = await room.receive('cup', south, 5);
      if (received.kind !== 'moved') throw new Error(received.kind);
      const [movement] = received.movements as [Movement];
      const others = Array.from({ length: LOOKS + 10 }, () => ({ ...movement, warehouseId: north, id: newId() }));
      await room.submit(record(others), undefined);
      const first = await reads().movements({ warehouseId: south }, { before: undefined, limit: 5 });
      expect(first).toEqual({ rows: [], reached: others[10]?.id });
      expect(await reads().movements({ warehouseId: south }, { before: first.reached, limit: 5 })).toEqual({ rows: [movement], reached: undefined });
    });

    for (const [onHand, reserved] of [
      [-1, 0],
      [1, -1],
      [1, 2],
    ] as const) {
      test(`refuses a level of ${onHand} on hand and ${reserved} reserved, new or changed`, async () => {
        const north = await room.open(1);
        await room.receive('cup', north, 1);
        const put = (sku: string): UseCase<InventoryCollections, undefined, void> => ({
          name: 'put',
          keys: () => ({ levels: [sku] }),
          decide: () => ({
            answer: undefined,
            puts: { levels: [{ sku, lowTurns: 0, warehouses: [{ warehouseId: north, onHand, reserved, movements: 2 }] }] },
          }),
        });
        expect(await failureOf(room.submit(put('cup'), undefined))).toBe('check');
        expect(await failureOf(room.submit(put('pot'), undefined))).toBe('check');
        await levelsAre('cup', { [north]: [1, 0] });
      });
    }
  });
}

async function failureOf(submitted: Promise<unknown>): Promise<string> {
  return submitted.then(
    () => 'none',
    (error: StorageError) => error.code,
  );
}
