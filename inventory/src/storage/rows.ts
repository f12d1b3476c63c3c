import type { CatalogueEntry } from '../domain/catalogue.ts';
import type { Reservation } from '../domain/reservation.ts';
import type { Warehouse } from '../domain/warehouse.ts';
import type { CatalogueTable, ReservationsTable, WarehousesTable } from './inventory-schema.ts';

export function reservationToRow(reservation: Reservation): ReservationsTable {
  return {
    order_id: reservation.orderId,
    status: reservation.status,
    lines: JSON.stringify(reservation.lines),
    version: reservation.version,
    created_at: reservation.createdAt,
    updated_at: reservation.updatedAt,
  };
}

export function reservationFromRow(row: ReservationsTable): Reservation {
  return {
    orderId: row.order_id,
    status: row.status as Reservation['status'],
    lines: JSON.parse(row.lines) as Reservation['lines'],
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function warehouseToRow({ id, name, priority, active, version }: Warehouse): WarehousesTable {
  return { id, name, priority, active: active ? 1 : 0, version };
}

export function warehouseFromRow({ id, name, priority, active, version }: WarehousesTable): Warehouse {
  return { id, name, priority, active: active === 1, version };
}

export const CATALOGUE_COLUMNS = ['sku', 'product_id', 'version', 'on_sale'] as const;

export function catalogueToRow({ sku, productId, version, onSale }: CatalogueEntry): CatalogueTable {
  return { sku, product_id: productId, version, on_sale: onSale === null ? null : Number(onSale) };
}

export function catalogueFromRow({ sku, product_id: productId, version, on_sale: onSale }: CatalogueTable): CatalogueEntry {
  return { sku, productId, version, onSale: onSale === null ? null : onSale === 1 };
}
