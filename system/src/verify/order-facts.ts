import { CancelOrder, Order as OrderContract } from '@souk/contracts/http/order';
import { holdsPersonal } from '@souk/contracts/schema';
import { personalTexts } from '@souk/contracts/values-by-schema';
import { retiredFields } from '@souk/contracts/log-message';
import { isTopic, TOPICS } from '@souk/contracts/topics';
import type { Order } from '@souk/order/domain/order';
import { ordersFromRows } from '@souk/order/storage/order-rows';
import type { OrdersTable } from '@souk/order/storage/order-schema';
import { each } from './batches.ts';
import type { FactStore } from './fact-store.ts';
import type { OrderFact, OrderLineFact, ParcelNews, PersonalTold, ShipmentFact } from './facts.ts';
import type { Rows } from './shop-records.ts';

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
