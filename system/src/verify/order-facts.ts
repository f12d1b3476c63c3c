import type { ShippingAddress } from '@souk/contracts/address';
import { each } from './batches.ts';
import type { FactStore } from './fact-store.ts';
import type { OrderFact, OrderLineFact, ParcelNews, ShipmentFact } from './facts.ts';
import type { Rows } from './shop-records.ts';

/** Of the database of Order. */
export async function orderFacts(rows: Rows, facts: FactStore): Promise<void> {
  const orders = rows<Omit<OrderFact, 'isErased' | 'isKept'> & { address: string; kept: number }>(
    `select id, user_id as userId, status, reason, payment_status as paymentStatus, refunded, total, currency,
            deadline_at as deadlineAt, version, left_at is not null as kept, shipping_address as address from orders`,
  );
  await facts.addAll('orders', each(orders, ({ address, kept, ...order }) => ({ ...order, isKept: kept === 1, isErased: isErased(JSON.parse(address)) })));
  await facts.addAll('orderLines', rows<OrderLineFact>('select order_id as orderId, sku, quantity, unit_price as unitPrice from order_items'));
  const shipments = rows<Omit<ShipmentFact, 'items'> & { items: string }>(
    `select order_id as orderId, id, warehouse_id as warehouseId, status, carrier, tracking_number as trackingNumber, items
     from shipments`,
  );
  await facts.addAll('shipments', each(shipments, (shipment) => ({ ...shipment, items: JSON.parse(shipment.items) })));
  await facts.addAll('parcelNews', parcelNews(rows));
  await facts.addAll('addressesTold', addressesTold(rows));
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

async function* addressesTold(rows: Rows): AsyncIterable<readonly { readonly orderId: string }[]> {
  const events = rows<{ orderId: string; data: string }>(
    `select e.stream as orderId, e.data from events e join orders o on o.id = e.stream
     where o.erased_at is not null and e.type = 'order.completed'`,
  );
  for await (const batch of events) yield batch.filter(({ data }) => !isErased(JSON.parse(data).shippingAddress));
}

/** The country may stay. */
function isErased({ country: _taxesGoByIt, ...personal }: ShippingAddress): boolean {
  return Object.values(personal).every((text) => text === 'erased');
}
