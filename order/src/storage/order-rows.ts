import type { Options } from '../domain/catalogue.ts';
import { piecesOf } from '../domain/customer-limits.ts';
import type { Order, OrderLine, Shipment } from '../domain/order.ts';
import type { OrderItemsTable, OrdersTable, ShipmentsTable } from './order-schema.ts';

export function orderToRow(order: Order): OrdersTable {
  return {
    id: order.id,
    user_id: order.userId,
    status: order.status,
    reason: order.reason,
    payment_status: order.paymentStatus,
    refunded: order.refunded,
    total: order.total.amount,
    currency: order.total.currency,
    shipping_address: JSON.stringify(order.shippingAddress),
    payment_method_id: order.paymentMethodId,
    allocations: order.allocations && JSON.stringify(order.allocations),
    shortages: order.shortages.length === 0 ? null : JSON.stringify(order.shortages),
    deadline_at: order.deadlineAt,
    counts_until: order.countsUntil,
    pieces: piecesOf(order.items),
    left_at: order.leftAt,
    erased_at: order.erasedAt,
    version: order.version,
    placed_at: order.placedAt,
    updated_at: order.updatedAt,
  };
}

export function itemsToRows({ id, items }: Order): OrderItemsTable[] {
  return items.map((line, position) => ({
    order_id: id,
    position,
    sku: line.sku,
    product_id: line.productId,
    title: line.title,
    quantity: line.quantity,
    unit_price: line.unitPrice.amount,
    options: line.options && JSON.stringify(line.options),
  }));
}

export function shipmentToRow(orderId: string, shipment: Shipment): ShipmentsTable {
  return {
    order_id: orderId,
    id: shipment.id,
    warehouse_id: shipment.warehouseId,
    status: shipment.status,
    items: JSON.stringify(shipment.items),
    carrier: shipment.carrier,
    tracking_number: shipment.trackingNumber,
  };
}

function orderFromRows(
  row: OrdersTable,
  items: readonly OrderItemsTable[],
  shipments: readonly ShipmentsTable[],
): Order {
  const { currency } = row;
  return {
    id: row.id,
    userId: row.user_id,
    status: row.status as Order['status'],
    reason: row.reason as Order['reason'],
    paymentStatus: row.payment_status as Order['paymentStatus'],
    refunded: row.refunded,
    items: items.toSorted((a, b) => a.position - b.position).map((item) => lineFromRow(item, currency)),
    total: { amount: row.total, currency },
    shippingAddress: JSON.parse(row.shipping_address),
    paymentMethodId: row.payment_method_id,
    allocations: row.allocations === null ? null : JSON.parse(row.allocations),
    shortages: row.shortages === null ? [] : JSON.parse(row.shortages),
    shipments: shipments.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(shipmentFromRow),
    deadlineAt: row.deadline_at,
    countsUntil: row.counts_until,
    leftAt: row.left_at,
    erasedAt: row.erased_at,
    version: row.version,
    placedAt: row.placed_at,
    updatedAt: row.updated_at,
  };
}

function lineFromRow({ sku, product_id, title, options, quantity, unit_price }: OrderItemsTable, currency: string): OrderLine {
  const kept: Options | null = options === null ? null : JSON.parse(options);
  return { sku, productId: product_id, title, options: kept, quantity, unitPrice: { amount: unit_price, currency } };
}

function shipmentFromRow(row: ShipmentsTable): Shipment {
  return {
    id: row.id,
    warehouseId: row.warehouse_id,
    status: row.status as Shipment['status'],
    items: JSON.parse(row.items),
    carrier: row.carrier,
    trackingNumber: row.tracking_number,
  };
}

/** Builds orders from the rows of three tables, which may come in any order: lines as written, shipments by id. */
export function ordersFromRows(
  orders: readonly OrdersTable[],
  items: readonly OrderItemsTable[],
  shipments: readonly ShipmentsTable[],
): Order[] {
  const itemsOf = Map.groupBy(items, (item) => item.order_id);
  const shipmentsOf = Map.groupBy(shipments, (shipment) => shipment.order_id);
  return orders.map((order) => orderFromRows(order, itemsOf.get(order.id) ?? [], shipmentsOf.get(order.id) ?? []));
}
