import type { InventoryStore } from '../src/storage/inventory-store.ts';
import { ledgerOf, LOW, type Stockroom } from './stockroom.ts';

/** How many pieces were left each time a SKU was said to be low, in the order of the events' versions; they must be 1..n. */
export function lowsOf(rooms: readonly Stockroom[], sku = 'cup'): readonly unknown[] {
  const lows = rooms
    .flatMap(({ events }) => events)
    .filter(({ type, key }) => type === 'inventory.low' && key === sku)
    .toSorted((a, b) => a.version - b.version);
  const gap = lows.findIndex(({ version }, index) => version !== index + 1);
  if (gap !== -1) throw new Error(`event ${gap + 1} of ${sku} has version ${lows[gap]?.version}`);
  return lows.map(({ data }) => JSON.parse(data).available as unknown);
}

/** The same as the ledger tells it, for a SKU that lies in one open warehouse only. */
export async function lowsInLedger(store: InventoryStore, sku: string): Promise<readonly number[]> {
  const ledger = (await ledgerOf(store)).filter((movement) => movement.sku === sku).toSorted((a, b) => a.number - b.number);
  const free = [0, ...ledger.map(({ onHandAfter, reservedAfter }) => onHandAfter - reservedAfter)];
  return free.filter((now, index) => now < LOW && (free[index - 1] ?? 0) >= LOW);
}
