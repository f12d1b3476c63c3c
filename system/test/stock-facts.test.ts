import { Database } from 'bun:sqlite';
import { expect, test } from 'bun:test';
import { temporaryStore } from '@souk/chassis/testing/temporary-store';
import { openSqliteInventoryStore } from '@souk/inventory/storage/open-sqlite';
import { openFactStore } from '../src/verify/fact-store.ts';
import { readingSqlite } from '../src/verify/batches.ts';
import { stockFacts } from '../src/verify/read-facts.ts';
import { GOODS_RULES } from '../src/verify/goods-rules.ts';
import { aReservation, healthySnapshot, paid } from './support/healthy-snapshot.ts';
import { violationsIn } from './support/snapshot.ts';

/** 10 pieces arrive, then 9 of them are reserved; the process that did the latter has a clock that is behind. */
const LEDGER = `insert into inventory_transactions
  (id, sku, warehouse_id, number, kind, on_hand_delta, reserved_delta, on_hand_after, reserved_after, reference, at) values
  ('2', 'LAMP', 'w-1', 1, 'receipt', 10, 0, 10, 0, 'a receipt', 2),
  ('1', 'LAMP', 'w-1', 2, 'reserve', 0, 9, 10, 9, 'an order', 1),
  ('3', 'LAMP', 'w-2', 1, 'receipt', 1, 0, 1, 0, 'a receipt', 3)`;

test('the ledger is checked in the order of its numbers, whatever the order of the ids', async () => {
  const { path, close } = await temporaryStore(openSqliteInventoryStore);
  const database = new Database(path);
  try {
    database.run(LEDGER);
    using facts = openFactStore();
    await readingSqlite(path, (rows) => stockFacts(rows, facts));
    const movements = facts.all('movements').toReversed();
    const level = { sku: 'LAMP', warehouseId: 'w-1', onHand: 10, reserved: 9, movements: 2, lowTurns: 0 };
    const other = { ...level, warehouseId: 'w-2', onHand: 1, reserved: 0, movements: 1 };
    const order = { ...paid, status: 'awaiting_payment' as const };
    const held = aReservation({ status: 'reserved', lines: [{ sku: 'LAMP', warehouseId: 'w-1', quantity: 9 }] });
    const shop = healthySnapshot({ movements, lows: [], levels: [level, other], orders: [order], reservations: [held] });
    expect(violationsIn(shop, GOODS_RULES)).toEqual([]);
  } finally {
    database.close();
    await close();
  }
});
