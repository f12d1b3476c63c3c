import { entityTag } from '@souk/chassis/web/app/conditional-requests';
import { idPages } from '@souk/chassis/web/paging';
import { hasRole, type Principal } from '@souk/chassis/web/sign-in/principal';
import { type Problem, problem } from '@souk/chassis/web/problems/problem';
import { router } from '@souk/chassis/web/app/router';
import { Order as OrderDocument, OrderPage, OrderQuery, type OrderSummary as SummaryDocument, Timeline } from '@souk/contracts/http/order';
import { Uuid } from '@souk/contracts/strings';
import { Type } from '@sinclair/typebox';
import { timelineOf } from '../domain/history.ts';
import type { Order, OrderLine, OrderSummary } from '../domain/order.ts';
import { lineTotal } from '../domain/place-order.ts';
import type { OrderReads } from '../storage/order-store.ts';

const ById = Type.Object({ id: Uuid });
const orders = idPages('orders');

const LIST = `An order in the list has its first three lines, and how many there are: \`GET /orders/{id}\` has all of it.

\`waitsFor\`: \`stock\` orders are \`placed\`, \`payment\` ones \`awaiting_payment\`. \`stock_back\`: cancelled, and Inventory has said that it holds goods for the order,
but not yet that it has taken them back. A cancelled order of which it has said nothing is not among them: mostly nothing was ever held; if something
was, the order appears when Inventory says so. \`money_back\`: cancelled, and more of its money was taken than went back, by what Payment has said. A charge
that is still open at the gateway is not known here. \`shipping\`: completed, with a parcel to be sent. \`delivery\`: completed, with a parcel on its way.

Filters may be combined, and pages may then be short or empty although \`nextCursor\` goes on.`;

/** Routes that read orders: customers see their own, staff all. */
export function readRoutes(reads: Pick<OrderReads, 'order' | 'orders' | 'histories'>) {
  const visible = visibleOrder(reads);
  return router()
    .get(
      '/orders',
      ({ query: { userId, status, placedAfter, placedBefore, reason, waitsFor, sku, ...asked }, principal }) => {
        const whose = usersShown(principal, userId);
        const filter = {
          ...(whose !== undefined && { userId: whose }),
          ...(status !== undefined && { status }),
          ...(placedAfter !== undefined && { placedAfter: Date.parse(placedAfter) }),
          ...(placedBefore !== undefined && { placedBefore: Date.parse(placedBefore) }),
          ...(reason !== undefined && { reason }),
          ...(waitsFor !== undefined && { waitsFor }),
          ...(sku !== undefined && { sku }),
        };
        return orders(asked, summaryDocument, (slice) => reads.orders({ ...filter, ...slice }));
      },
      {
        signedIn: true,
        refuses: ['forbidden'],
        query: OrderQuery,
        response: { 200: OrderPage },
        detail: {
          summary: 'Orders, newest first',
          description: LIST,
        },
      },
    )
    .get(
      '/orders/:id',
      async ({ params, principal, set }) => {
        const order = await visible(params.id, principal);
        set.headers.etag = entityTag(order.version);
        return orderDocument(order);
      },
      {
        signedIn: true,
        params: ById,
        response: { 200: OrderDocument },
        detail: {
          summary: 'One order',
          description:
            '`paymentStatus` is `none` while nothing is owed: nothing is asked for yet, or any more. So it is for a cancelled order ' +
            'whose total is 0, of which nothing comes back.',
        },
      },
    )
    .get(
      '/orders/:id/timeline',
      async ({ params, principal }) => {
        const { id } = await visible(params.id, principal);
        return { items: timelineOf((await reads.histories([id])).get(id) ?? []) };
      },
      {
        signedIn: true,
        params: ById,
        response: { 200: Timeline },
        detail: { summary: 'Everything that happened to an order, over all services' },
      },
    );
}

/** The user whose orders are shown; undefined: everybody's. */
function usersShown(principal: Principal, asked: string | undefined): string | undefined {
  if (hasRole(principal, 'staff')) return asked;
  if (asked !== undefined && asked !== principal.userId) {
    throw problem('forbidden', { detail: "Other customers' orders are for staff: leave ?userId out for your own." });
  }
  return principal.userId;
}

/** Reads an order that the caller may see: customers see only their own and do not learn of others, staff sees all. Throws the 404 problem. */
export function visibleOrder(reads: Pick<OrderReads, 'order'>) {
  return async (id: string, principal: Principal): Promise<Order> => {
    const order = await reads.order(id);
    if (order === undefined || !(order.userId === principal.userId || hasRole(principal, 'staff')))
      throw noSuchOrder();
    return order;
  };
}

/** The same answer for a missing order and for somebody else's, so that strangers cannot tell which it is. */
export function noSuchOrder(): Problem {
  return problem('not-found', { detail: 'There is no such order, or it is not yours: GET /orders lists those you may see.' });
}

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
function summaryDocument(order: OrderSummary): SummaryDocument {
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
