import { each } from './batches.ts';
import type { FactStore } from './fact-store.ts';
import type { LevelFact, LowFact, MovementFact, ReservationFact } from './facts.ts';
import type { Rows } from './shop-records.ts';

/** Reads the database of Inventory. */
export async function stockFacts(rows: Rows, facts: FactStore): Promise<void> {
  const levels = 'select sku, warehouse_id as warehouseId, on_hand as onHand, reserved, movements, low_turns as lowTurns from inventory';
  await facts.addAll('levels', rows<LevelFact>(levels));
  const lows = rows<{ data: string }>(`select data from events where type = 'inventory.low'`);
  await facts.addAll('lows', each(lows, ({ data }) => JSON.parse(data) as LowFact));
  // `lines` is a reserved word of MySQL.
  const reservations = rows<{ orderId: string; status: ReservationFact['status']; allocations: string }>(
    'select r.order_id as orderId, r.status, r.lines as allocations from reservations r',
  );
  await facts.addAll('reservations', each(reservations, ({ orderId, status, allocations }) => ({ orderId, status, lines: JSON.parse(allocations) })));
  const movements = rows<MovementFact>(
    `select sku, warehouse_id as warehouseId, number, on_hand_delta as onHandDelta, reserved_delta as reservedDelta,
            on_hand_after as onHandAfter, reserved_after as reservedAfter from inventory_transactions`,
  );
  await facts.addAll('movements', movements);
}
