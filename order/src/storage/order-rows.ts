import type { Dialect, Write } from '@souk/chassis/stores/sql/sql-database';
import type { SqlCollection } from '@souk/chassis/stores/sql/sql-collection';
import type { Options } from '../domain/catalogue.ts';
import { piecesOf } from '../domain/customer-limits.ts';
import type { Order, OrderLine, Shipment } from '../domain/order.ts';
import type { OrderItemsTable, OrdersTable, ShipmentsTable } from './order-schema.ts';

/** Columns of an order's row that can change after it was placed. */
const CHANGING = [
  'status',
  'reason',
  'payment_status',
  'refunded',
  'allocations',
  'shortages',
  'deadline_at',
  'counts_until',
  'version',
  'updated_at',
] as const satisfies (keyof OrdersTable)[];

/** Columns that change only when the customer was deleted. */
const PLACED = [
  'user_id',
  'total',
  'currency',
  'shipping_address',
  'payment_method_id',
  'pieces',
  'placed_at',
  'left_at',
  'erased_at',
] as const satisfies (keyof OrdersTable)[];

export const ORDER_COLUMNS = [
  'id',
  ...PLACED,
  ...CHANGING,
] as const satisfies (keyof OrdersTable)[];

const ITEM_KEY = ['order_id', 'position'] as const satisfies (keyof OrderItemsTable)[];
const ITEM_FIELDS = ['sku', 'product_id', 'title', 'quantity', 'unit_price', 'options'] as const satisfies (keyof OrderItemsTable)[];

export const ITEM_COLUMNS = [...ITEM_KEY, ...ITEM_FIELDS] as const satisfies (keyof OrderItemsTable)[];

const SHIPMENT_KEY = ['order_id', 'id'] as const satisfies (keyof ShipmentsTable)[];
const SHIPMENT_CHANGING = ['status', 'carrier', 'tracking_number'] as const satisfies (keyof ShipmentsTable)[];

export const SHIPMENT_COLUMNS = [
  ...SHIPMENT_KEY,
  'warehouse_id',
  'items',
  ...SHIPMENT_CHANGING,
] as const satisfies (keyof ShipmentsTable)[];

const changingOf = values<OrdersTable>([...CHANGING, 'id']);

/** Bytes of an order in memory, with an address of the usual length. */
const BYTES = 1000;
const BYTES_OF_PART = 500;

type Change = { readonly before: Order; readonly after: Order };

/** Orders, each with its lines and shipments. Lines change only when a person is erased from them; only shipments that differ are written. */
export function orderCollection(dialect: Dialect): SqlCollection<Order> {
  const select = (table: string, columns: readonly string[], key: string, keys: readonly string[]) =>
    dialect.load(table, columns, key, keys);
  return {
    key: (order) => order.id,
    load: (ids) => [
      select('orders', ORDER_COLUMNS, 'id', ids),
      select('order_items', ITEM_COLUMNS, 'order_id', ids),
      select('shipments', SHIPMENT_COLUMNS, 'order_id', ids),
    ],
    read: ([orders = [], items = [], shipments = []]) =>
      // Each query selects the columns of its table.
      ordersFromRows(
        orders as unknown as OrdersTable[],
        items as unknown as OrderItemsTable[],
        shipments as unknown as ShipmentsTable[],
      ),
    insert: (orders) => [
      dialect.insert('orders', ORDER_COLUMNS, orders.map(orderToRow).map(values(ORDER_COLUMNS))),
      dialect.insert('order_items', ITEM_COLUMNS, orders.flatMap(itemsToRows).map(values(ITEM_COLUMNS))),
      ...shipmentWrites(
        dialect,
        orders.map((after) => ({ before: { ...after, shipments: [] }, after })),
      ),
    ],
    update: (changes) => [
      dialect.update(
        'orders',
        CHANGING,
        ['id'],
        changes.map(({ before, after }) => [...changingOf(orderToRow(after)), before.version]),
        ['version'],
      ),
      dialect.update(
        'orders',
        PLACED,
        ['id'],
        changes
          .filter(({ before, after }) => before.leftAt !== after.leftAt || before.erasedAt !== after.erasedAt)
          .map(({ after }) => orderToRow(after))
          .map(values([...PLACED, 'id'])),
      ),
      dialect.update(
        'order_items',
        ITEM_FIELDS,
        ITEM_KEY,
        changes
          .filter(({ before, after }) => before.items !== after.items)
          .flatMap(({ after }) => itemsToRows(after))
          .map(values([...ITEM_FIELDS, ...ITEM_KEY])),
      ),
      ...shipmentWrites(dialect, changes),
    ],
    remove: () => {
      throw new Error('orders are never removed');
    },
    memory: memoryOf(dialect),
  };
}

function memoryOf(dialect: Dialect): NonNullable<SqlCollection<Order>['memory']> {
  return {
    // Every change of an order, its lines or its parcels changes the version.
    stateOf: ({ version }) => [version],
    hold: (orders) => [dialect.hold('orders', ['id'], ['version'], orders.map(({ id, version }) => [id, version]))],
    bytesOf: ({ items, shipments, allocations }) => BYTES + BYTES_OF_PART * (items.length + shipments.length + (allocations?.length ?? 0)),
  };
}

function shipmentWrites(dialect: Dialect, changes: readonly Change[]): Write[] {
  const gone: ShipmentsTable[] = [];
  const changed: ShipmentsTable[] = [];
  const opened: ShipmentsTable[] = [];
  for (const { before, after } of changes) {
    if (before.shipments === after.shipments) continue;
    const was = new Map(before.shipments.map((shipment) => [shipment.id, shipment]));
    for (const shipment of after.shipments) {
      const known = was.get(shipment.id);
      was.delete(shipment.id);
      if (known !== shipment) (known === undefined ? opened : changed).push(shipmentToRow(after.id, shipment));
    }
    for (const shipment of was.values()) gone.push(shipmentToRow(before.id, shipment));
  }
  return [
    dialect.remove('shipments', SHIPMENT_KEY, gone.map(values(SHIPMENT_KEY))),
    dialect.update(
      'shipments',
      SHIPMENT_CHANGING,
      SHIPMENT_KEY,
      changed.map(values([...SHIPMENT_CHANGING, ...SHIPMENT_KEY])),
    ),
    dialect.insert('shipments', SHIPMENT_COLUMNS, opened.map(values(SHIPMENT_COLUMNS))),
  ];
}

function values<R extends object>(columns: readonly (keyof R)[]): (row: R) => unknown[] {
  return (row) => columns.map((column) => row[column]);
}

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

function itemsToRows({ id, items }: Order): OrderItemsTable[] {
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

function shipmentToRow(orderId: string, shipment: Shipment): ShipmentsTable {
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
