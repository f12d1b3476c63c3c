import { expect } from 'bun:test';
import type { InventoryStore } from '../src/storage/inventory-store.ts';
import { ledgerOf } from './stockroom.ts';

/**
 * What holds at any time: levels are the sums of their movements, the reserved part is what open reservations hold,
 * and at no line of the ledger is there less than nothing, or more promised than there is.
 */
export async function expectStockIsRight(store: InventoryStore, orders: readonly string[]): Promise<void> {
  const ledger = await ledgerOf(store);
  const sums = new Map<string, { onHand: number; reserved: number }>();
  for (const { sku, warehouseId, onHandDelta, reservedDelta, onHandAfter, reservedAfter } of ledger) {
    const before = sums.get(`${sku} ${warehouseId}`) ?? { onHand: 0, reserved: 0 };
    const after = { onHand: before.onHand + onHandDelta, reserved: before.reserved + reservedDelta };
    expect({ onHand: onHandAfter, reserved: reservedAfter }).toEqual(after);
    expect(after.reserved >= 0 && after.reserved <= after.onHand).toBe(true);
    sums.set(`${sku} ${warehouseId}`, after);
  }
  const levels = await store.reads.levelsPage(undefined, 1000);
  const stored = levels.flatMap(({ sku, warehouses }) => {
    return warehouses.map(
      ({ warehouseId, onHand, reserved }) => [`${sku} ${warehouseId}`, { onHand, reserved }] as const,
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
