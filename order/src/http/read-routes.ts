import { entityTag } from '@souk/chassis/web/app/conditional-requests';
import { idPages } from '@souk/chassis/web/paging';
import { hasRole, type Principal } from '@souk/chassis/web/sign-in/principal';
import { problem } from '@souk/chassis/web/problems/problem';
import { router } from '@souk/chassis/web/app/router';
import { Order as OrderDocument, OrderPage, OrderQuery, Timeline, type TimelineEntry } from '@souk/contracts/http/order';
import { Uuid } from '@souk/contracts/strings';
import { Type } from '@sinclair/typebox';
import type { OrderReads } from '../storage/order-store.ts';
import { orderDocument, summaryDocument } from './order-document.ts';
import { visibleOrder } from './visible-order.ts';

export interface ReadDeps {
  readonly reads: Pick<OrderReads, 'order' | 'orders'>;
  timelineOf(orderId: string): Promise<TimelineEntry[]>;
}

const ById = Type.Object({ id: Uuid });
const orders = idPages('orders');

export function readRoutes({ reads, timelineOf }: ReadDeps) {
  const visible = visibleOrder(reads);
  return router()
    .get(
      '/orders',
      ({ query: { userId, status, placedAfter, placedBefore, ...asked }, principal }) => {
        const whose = usersShown(principal, userId);
        const filter = {
          ...(whose !== undefined && { userId: whose }),
          ...(status !== undefined && { status }),
          ...(placedAfter !== undefined && { placedAfter: Date.parse(placedAfter) }),
          ...(placedBefore !== undefined && { placedBefore: Date.parse(placedBefore) }),
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
          description: 'An order in the list has its first three lines, and how many there are: `GET /orders/{id}` has all of it.',
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
        return { items: await timelineOf(id) };
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
