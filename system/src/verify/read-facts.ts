import type { LogMessage } from '@souk/chassis/log/event-log';
import { isPublished } from '@souk/chassis/stores/sql/chassis-collections';
import { checkHeaders } from '@souk/contracts/envelope';
import { CancelOrder, Order as OrderContract } from '@souk/contracts/http/order';
import { holdsPersonal } from '@souk/contracts/schema';
import { personalTexts, unnamedPlaces } from '@souk/contracts/values-by-schema';
import { retiredFields } from '@souk/contracts/log-message';
import { type ServiceName, SERVICES } from '@souk/contracts/services';
import { isTopic, type Topic, TOPIC_NAMES, TOPICS } from '@souk/contracts/topics';
import type { Order } from '@souk/order/domain/order';
import { ordersFromRows } from '@souk/order/storage/order-rows';
import type { OrdersTable } from '@souk/order/storage/order-schema';
import { allOf, each, readingSqlite, type Rows } from './batches.ts';
import type { FactStore } from './fact-store.ts';
import type {
  CategoryFact,
  CategoryUse,
  ChargeFact,
  EventFact,
  GivenBack,
  LevelFact,
  LowFact,
  MovementFact,
  OrderFact,
  OrderLineFact,
  ParcelNews,
  PaymentFact,
  PersonalLogged,
  PersonalTold,
  ProductFact,
  RefundFact,
  ReservationFact,
  ShipmentFact,
  WebhookFact,
} from './facts.ts';
import type { ShopRecords } from './shop-records.ts';

/** Reads a stopped or idle shop, a batch at a time: a million orders need no more memory than a hundred. */
export async function readFacts(records: ShopRecords, facts: FactStore): Promise<void> {
  await readDatabases(records, facts);
  // Read after the events: all of them that were marked as sent are in the log by now.
  await readLog(records, facts);
  facts.index();
}

/** Reads everything but the contents of the log, which take longest. */
export async function readDatabases(records: ShopRecords, facts: FactStore): Promise<void> {
  await records.catalogue(facts);
  await records.sql('order', (rows) => orderFacts(rows, facts));
  await records.sql('inventory', (rows) => stockFacts(rows, facts));
  await records.sql('payment', (rows) => paymentFacts(rows, facts));
  const now = await records.now();
  await readingSqlite(records.gateway, (rows) => gatewayFacts(rows, facts, now));
  for (const service of SERVICES) await records.messaging(service, facts);
  facts.add('unhandled', [{ messages: await records.unhandled() }]);
}

export function readLog(records: ShopRecords, facts: FactStore): Promise<void> {
  return records.logged(TOPIC_NAMES, (messages) => {
    facts.add('logged', messages.flatMap(({ headers }) => (headers.ce_id ? [{ id: headers.ce_id }] : [])));
    facts.add('personalLogged', messages.flatMap(personalLogged));
  });
}

/** Reads the database of Order. */
export async function orderFacts(rows: Rows, facts: FactStore): Promise<void> {
  // All columns, assembled as Order does it: its contract says which of them are personal.
  const orders = rows<OrdersTable>('select * from orders');
  await facts.addAll('orders', inWhole(orders, (batch) => ordersFromRows(batch, [], []).map(orderFact)));
  await facts.addAll('orderLines', rows<OrderLineFact>('select order_id as orderId, sku, quantity, unit_price as unitPrice from order_items'));
  const shipments = rows<Omit<ShipmentFact, 'items'> & { items: string }>(
    `select order_id as orderId, id, warehouse_id as warehouseId, status, carrier, tracking_number as trackingNumber, items
     from shipments`,
  );
  await facts.addAll('shipments', each(shipments, (shipment) => ({ ...shipment, items: JSON.parse(shipment.items) })));
  await facts.addAll('parcelNews', parcelNews(rows));
  await facts.addAll('personalTold', personalTold(rows));
}

function parcelNews(rows: Rows): AsyncIterable<readonly ParcelNews[]> {
  const events = rows<{ type: ParcelNews['type']; data: string }>(
    `select type, data from events where type in ('order.shipped', 'order.delivered')`,
  );
  return each(events, ({ type, data }) => {
    const { shipmentId, carrier, trackingNumber } = JSON.parse(data) as ParcelNews;
    return { type, shipmentId, carrier, trackingNumber };
  });
}

function orderFact(order: Order): OrderFact {
  const { id, userId, status, reason, paymentStatus, refunded, total, deadlineAt, leftAt, version } = order;
  const isErased = personalTexts(OrderContract, order).length === 0;
  const { amount, currency } = total;
  return { id, userId, status, reason, paymentStatus, refunded, total: amount, currency, deadlineAt, version, isErased, isKept: leftAt !== null };
}

/** Events of erased orders that hold personal texts, in their data or in the request that caused them. */
async function* personalTold(rows: Rows): AsyncIterable<readonly PersonalTold[]> {
  const events = rows<PersonalTold & { data: string; context: string | null }>(
    `select e.stream as orderId, e.type, e.data, e.context from events e join orders o on o.id = e.stream where o.erased_at is not null`,
  );
  for await (const batch of events) {
    yield batch.filter(({ type, data, context }) => tells(type, data) || said(context)).map(({ orderId, type }) => ({ orderId, type }));
  }
}

function tells(type: string, data: string): boolean {
  if (!isTopic(type)) return false;
  // An earlier version may have written it, with fields that are now retired.
  const schemas = [TOPICS[type].data, retiredFields(type)].filter((schema) => schema !== undefined);
  return schemas.some((schema) => holdsPersonal(schema) && personalTexts(schema, JSON.parse(data)).length > 0);
}

function said(context: string | null): boolean {
  const { cause } = (context === null ? {} : JSON.parse(context)) as { readonly cause?: unknown };
  return personalTexts(CancelOrder, cause).length > 0;
}

async function* inWhole<R, F>(batches: AsyncIterable<readonly R[]>, as: (batch: readonly R[]) => readonly F[]): AsyncIterable<readonly F[]> {
  for await (const batch of batches) yield as(batch);
}

interface Tree {
  readonly categories: readonly CategoryFact[];
}

/** Reads the database of Product, if it is an SQL one. */
export async function catalogueRows(rows: Rows, facts: FactStore): Promise<void> {
  for await (const trees of rows<{ document: string }>('select document from category_trees')) {
    await facts.addAll('categories', trees.map(({ document }) => categoriesIn(JSON.parse(document))));
  }
  await facts.addAll('categoryUse', rows<CategoryUse>('select category_id as categoryId, products from category_use'));
  const products = rows<{ id: string; document: string }>('select id, document from products');
  await facts.addAll('products', each(products, ({ id, document }): ProductFact => ({ id, categoryIds: JSON.parse(document).categoryIds ?? [] })));
}

/** All categories, which are in one document. */
export function categoriesIn({ categories }: Tree): CategoryFact[] {
  return categories.map(({ id, parentId, position }) => ({ id, parentId, position }));
}

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

/** Reads the database of Payment. */
export async function paymentFacts(rows: Rows, facts: FactStore): Promise<void> {
  await facts.addAll('payments', rows<PaymentFact>('select id, order_id as orderId, status, amount, refunded, refunding from payments'));
  await facts.addAll('refunds', rows<RefundFact>('select id, payment_id as paymentId, amount, status from refunds'));
  await facts.addAll('paymentMethods', rows<{ id: string; userId: string }>('select id, user_id as userId from payment_methods'));
  await facts.addAll('webhooks', rows<WebhookFact>('select id, payment_key as `key`, said, outcome from webhook_events'));
}

/** Reads the simulated gateway's own books. `now`: the time by the gateway's clock, in epoch milliseconds. */
async function gatewayFacts(rows: Rows, facts: FactStore, now: number): Promise<void> {
  const charges = rows<Omit<ChargeFact, 'taken'> & { taken: number }>(
    `select key, amount, declined is null and settles_at <= ${now} as taken,
            (select coalesce(sum(r.amount), 0) from refunds r where r.charge_reference = c.reference) as refunded from charges c`,
  );
  await facts.addAll('charges', each(charges, (charge) => ({ ...charge, taken: charge.taken === 1 })));
  await facts.addAll('givenBack', rows<GivenBack>('select key, amount from refunds'));
}

/** Reads the messages of a service that keeps them in an SQL database. */
export async function messageFacts(service: ServiceName, rows: Rows, facts: FactStore): Promise<void> {
  const [lanes] = await allOf(rows<{ unsent: number }>('select coalesce(sum(last_seq - published_seq), 0) as unsent from lanes'));
  const events = rows<Omit<EventFact, 'service' | 'published'> & { published: number }>(
    'select id, type, published, stream, version from events',
  );
  await facts.addAll('events', each(events, (event) => ({ ...event, service, published: isPublished(event) })));
  const [parked] = await allOf(rows<{ messages: number }>('select count(*) as messages from parked_messages'));
  await facts.addAll('backlogs', [[{ service, unsent: Number(lanes?.unsent), parked: parked?.messages ?? 0 }]]);
  const dead = rows<{ cause: string }>("select cause from dead_letters where status = 'dead'");
  await facts.addAll('deadLetters', each(dead, ({ cause }) => ({ service, cause })));
  await facts.addAll('setAside', rows<{ id: string }>("select id from dead_letters where kind = 'unsent' and status <> 'redriven'"));
}

/**
 * Returns the first field of an event that may be personal, if any: one that its contract marks as personal or does not name.
 * Skips versions no longer written, which were sent with what they hold, and messages that are no events of this shop, because
 * their headers do not match or their bytes are no text.
 */
export function personalLogged({ topic, key, value, headers, binary }: LogMessage): readonly PersonalLogged[] {
  if (!isTopic(topic) || Number(headers.ce_schemaversion) < TOPICS[topic].version) return [];
  if (binary !== undefined || !checkHeaders(topic, key, headers).ok) return [];
  const place = placeIn(topic, value);
  return place === undefined ? [] : [{ topic, id: headers.ce_id ?? '', place }];
}

function placeIn(topic: Topic, value: string): string | undefined {
  const { data: schema } = TOPICS[topic];
  try {
    const data: unknown = JSON.parse(value);
    const personal = holdsPersonal(schema) ? personalTexts(schema, data).map(({ pointer }) => pointer) : [];
    return personal[0] ?? unnamedPlaces(schema, data)[0];
  } catch (error) {
    // Not an event of this shop, which writes its events with JSON.stringify.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
