import type { Order as OrderDocument } from '@souk/contracts/http/order';
import type { Order, OrderLine } from '../domain/order.ts';
import { lineTotal } from '../domain/place-order.ts';

/** An order as callers see it. */
export function orderDocument(order: Order): OrderDocument {
  const { id, userId, status, reason, paymentStatus, items, total, shippingAddress, shipments, version } = order;
  return {
    id,
    userId,
    status,
    reason,
    paymentStatus,
    items: items.map(lineDocument),
    total,
    shippingAddress,
    shipments: shipments.map((shipment) => ({ ...shipment, items: [...shipment.items] })),
    ...(status === 'rejected' && { shortages: [...order.shortages] }),
    version,
    placedAt: new Date(order.placedAt).toISOString(),
    updatedAt: new Date(order.updatedAt).toISOString(),
  };
}

function lineDocument(line: OrderLine): OrderDocument['items'][number] {
  const { sku, productId, title, options, quantity, unitPrice } = line;
  const known = { sku, productId, title, quantity, unitPrice, lineTotal: lineTotal(line) };
  return options === null ? known : { ...known, options };
}
