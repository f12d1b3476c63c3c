import type { Movement } from '../domain/movement.ts';
import type { MovementsTable } from './inventory-schema.ts';

export const MOVEMENT_COLUMNS = [
  ...([
    'id',
    'sku',
    'warehouse_id',
    'number',
    'kind',
    'on_hand_delta',
    'reserved_delta',
    'on_hand_after',
    'reserved_after',
  ] as const),
  ...(['reason', 'actor', 'reference', 'event_id', 'at'] as const),
];

/** The values in the order of MOVEMENT_COLUMNS. */
export function movementToValues(movement: Movement): unknown[] {
  return [
    movement.id,
    movement.sku,
    movement.warehouseId,
    movement.number,
    movement.kind,
    movement.onHandDelta,
    movement.reservedDelta,
    movement.onHandAfter,
    movement.reservedAfter,
    movement.reason,
    movement.actor,
    movement.reference,
    movement.eventId,
    movement.at,
  ];
}

export function movementFromRow(row: MovementsTable): Movement {
  return {
    id: row.id,
    sku: row.sku,
    warehouseId: row.warehouse_id,
    number: row.number,
    kind: row.kind as Movement['kind'],
    onHandDelta: row.on_hand_delta,
    reservedDelta: row.reserved_delta,
    onHandAfter: row.on_hand_after,
    reservedAfter: row.reserved_after,
    reason: row.reason,
    actor: row.actor,
    reference: row.reference,
    eventId: row.event_id,
    at: row.at,
  };
}
