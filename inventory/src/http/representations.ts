import type {
  Movement as PublishedMovement,
  Reservation as PublishedReservation,
  StockLevel,
  Warehouse as PublishedWarehouse,
} from '@souk/contracts/http/inventory';
import { type Movement, orderOf } from '../domain/movement.ts';
import type { Reservation } from '../domain/reservation.ts';
import { availableIn, type StockLevels } from '../domain/stock-levels.ts';
import type { Network, Warehouse } from '../domain/warehouse.ts';

export function stockRepresentation({ sku, warehouses }: Pick<StockLevels, 'sku' | 'warehouses'>, network: Network): StockLevel {
  const shown = warehouses.map((level) => {
    const { warehouseId, onHand, reserved } = level;
    return { warehouseId, onHand, reserved, available: availableIn(level, network) };
  });
  return { sku, available: shown.reduce((sum, { available }) => sum + available, 0), warehouses: shown };
}

export function warehouseRepresentation({ id, name, priority, active }: Warehouse): PublishedWarehouse {
  return { id, name, priority, active };
}

export function reservationRepresentation({ orderId, status, lines }: Reservation): PublishedReservation {
  return { orderId, status, lines: [...lines] };
}

export function movementRepresentation(movement: Movement): PublishedMovement {
  const { reference: _reference, number: _number, at, ...shown } = movement;
  return { ...shown, orderId: orderOf(movement), at: new Date(at).toISOString() };
}
