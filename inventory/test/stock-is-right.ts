import { expect } from 'bun:test';
import type { WarehouseLevel } from '../src/domain/move-stock.ts';
import type { InventoryStore } from '../src/storage/inventory-store.ts';
import { ledgerOf } from './stockroom.ts';

type Sums = Omit<WarehouseLevel, 'warehouseId'>;

/**
 * What holds at any time: levels are the sums of their movements, which are numbered without gap, what a transfer takes out of
 * one warehouse it puts into another, the reserved part is what open reservations hold, and at no line of the ledger is there less than nothing, or more promised than there is.
 */
export async function expectStockIsRight(store: InventoryStore, orders: readonly string[]): Promise<void> {
  const ledger = (await ledgerOf(store)).toSorted((a, b) => a.number - b.number);
  const sums = new Map<string, Sums>();
  for (const { sku, warehouseId, number, onHandDelta, reservedDelta, onHandAfter, reservedAfter } of ledger) {
    const before = sums.get(`${sku} ${warehouseId}`) ?? { onHand: 0, reserved: 0, movements: 0 };
    const after = {
      onHand: before.onHand + onHandDelta,
      reserved: before.reserved + reservedDelta,
      movements: before.movements + 1,
    };
    expect({ onHand: onHandAfter, reserved: reservedAfter, movements: number }).toEqual(after);
    expect(after.reserved >= 0 && after.reserved <= after.onHand).toBe(true);
    sums.set(`${sku} ${warehouseId}`, after);
  }
  const transfers = ledger.filter(({ kind }) => kind.startsWith('transfer_'));
  for (const both of Map.groupBy(transfers, ({ reference }) => reference).values()) {
    expect(both.length).toBe(2);
    expect(both.reduce((sum, { onHandDelta }) => sum + onHandDelta, 0)).toBe(0);
  }
  const levels = await store.reads.levelsPage({ after: undefined, limit: 1000 });
  const stored = levels.flatMap(({ sku, warehouses }) => {
    return warehouses.map(
      ({ warehouseId, ...level }) => [`${sku} ${warehouseId}`, level] as const,
    );
  });
  expect(Object.fromEntries(stored)).toEqual(Object.fromEntries(sums));
  expect(await heldByOrders(store, orders)).toEqual(
    new Map([...sums].filter(([, { reserved }]) => reserved > 0).map(([at, { reserved }]) => [at, reserved])),
  );
}

async function heldByOrders(store: InventoryStore, orders: readonly string[]): Promise<Map<string, number>> {
  const held = new Map<string, number>();
  for (const order of orders) {
    const reservation = await store.reads.reservation(order);
    if (reservation?.status !== 'reserved') continue;
    for (const { sku, warehouseId, quantity } of reservation.lines) {
      held.set(`${sku} ${warehouseId}`, (held.get(`${sku} ${warehouseId}`) ?? 0) + quantity);
    }
  }
  return held;
}
