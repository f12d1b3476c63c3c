import type { ShippingAddress } from '@souk/contracts/address';
import type { Rows } from './shop-records.ts';
import type { OrderFact, OrderLineFact, ParcelNews, ShipmentFact, Snapshot } from './snapshot.ts';

type OrderFacts = Pick<Snapshot, 'orders' | 'orderLines' | 'shipments' | 'parcelNews' | 'addressesTold'>;

/** Of the database of Order. */
export async function orderFacts(rows: Rows): Promise<OrderFacts> {
  const orders = await rows<Omit<OrderFact, 'isErased'> & { address: string }>(
    `select id, user_id as userId, status, reason, payment_status as paymentStatus, refunded, total, currency,
            deadline_at as deadlineAt, version, shipping_address as address from orders`,
  );
  const shipments = await rows<Omit<ShipmentFact, 'items'> & { items: string }>(
    `select order_id as orderId, id, warehouse_id as warehouseId, status, carrier, tracking_number as trackingNumber, items
     from shipments`,
  );
  return {
    orders: orders.map(({ address, ...order }) => ({ ...order, isErased: isErased(JSON.parse(address)) })),
    orderLines: await rows<OrderLineFact>(
      'select order_id as orderId, sku, quantity, unit_price as unitPrice from order_items',
    ),
    shipments: shipments.map((shipment) => ({ ...shipment, items: JSON.parse(shipment.items) })),
    parcelNews: await parcelNews(rows),
    addressesTold: await addressesTold(rows),
  };
}

async function parcelNews(rows: Rows): Promise<ParcelNews[]> {
  const events = await rows<{ type: ParcelNews['type']; data: string }>(
    `select type, data from events where type in ('order.shipped', 'order.delivered')`,
  );
  return events.map(({ type, data }) => {
    const { shipmentId, carrier, trackingNumber } = JSON.parse(data) as ParcelNews;
    return { type, shipmentId, carrier, trackingNumber };
  });
}

async function addressesTold(rows: Rows): Promise<string[]> {
  const events = await rows<{ orderId: string; data: string }>(
    `select e.stream as orderId, e.data from events e join orders o on o.id = e.stream
     where o.erased_at is not null and e.type = 'order.completed'`,
  );
  return events.filter(({ data }) => !isErased(JSON.parse(data).shippingAddress)).map(({ orderId }) => orderId);
}

/** The country may stay. */
function isErased({ country: _taxesGoByIt, ...personal }: ShippingAddress): boolean {
  return Object.values(personal).every((text) => text === 'erased');
}
