import type { Order as OrderDocument, OrderSummary as SummaryDocument } from '@souk/contracts/http/order';
import type { Order, OrderLine } from '../domain/order.ts';
import type { OrderSummary } from '../domain/order-summary.ts';
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

/** An order as shown in a list. */
export function summaryDocument(order: OrderSummary): SummaryDocument {
  const { id, userId, status, reason, paymentStatus, lineCount, firstLines, total, shipmentCounts, version } = order;
  return {
    id,
    userId,
    status,
    reason,
    paymentStatus,
    lineCount,
    firstLines: firstLines.map((line) => ({ ...line, lineTotal: lineTotal(line) })),
    total,
    shipmentCounts,
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
