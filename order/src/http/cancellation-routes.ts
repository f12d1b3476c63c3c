import { entityTag, obeyingIfMatch } from '@souk/chassis/web/app/conditional-requests';
import { hasRole } from '@souk/chassis/web/sign-in/principal';
import { problem } from '@souk/chassis/web/problems/problem';
import { causeOf } from '@souk/chassis/web/app/request-facts';
import { router } from '@souk/chassis/web/app/router';
import type { Engine } from '@souk/chassis/engine/engine';
import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { CancelOrder, Order as OrderDocument } from '@souk/contracts/http/order';
import { Uuid } from '@souk/contracts/strings';
import { Type } from '@sinclair/typebox';
import type { Order } from '../domain/order.ts';
import type { OrderCollections } from '../storage/order-store.ts';
import type { CancellationAnswer, CancellationRequest } from '../usecases/cancel-order.ts';
import { orderDocument } from './order-document.ts';
import { noSuchOrder } from './visible-order.ts';

export interface CancellationDeps {
  readonly commands: Pick<Engine<OrderCollections>, 'execute'>;
  readonly cancelOrder: UseCase<OrderCollections, CancellationRequest, CancellationAnswer>;
}

/** Customers cancel their own orders, staff anybody's. Inventory and Payment then return stock and money by themselves. */
export function cancellationRoutes({ commands, cancelOrder }: CancellationDeps) {
  return router().post(
    '/orders/:id/cancellation',
    async ({ params, body, principal, request, set }) => {
      const asked = {
        orderId: params.id,
        userId: principal.userId,
        isStaff: hasRole(principal, 'staff'),
        requireVersion: obeyingIfMatch(request),
        ...(body?.note !== undefined && { note: body.note }),
      };
      const order = cancelled(await commands.execute(cancelOrder, asked, causeOf(request)));
      set.status = 202;
      set.headers.etag = entityTag(order.version);
      set.headers.location = `/orders/${order.id}`;
      return orderDocument(order);
    },
    {
      signedIn: true,
      refuses: ['not-cancellable', 'precondition-failed'],
      params: Type.Object({ id: Uuid }),
      body: Type.Optional(CancelOrder),
      response: { 202: OrderDocument },
      detail: {
        summary: 'Cancel an order',
        description: 'A `note` goes into its history; of an order whose customer was erased from it, none is kept.',
      },
    },
  );
}

function cancelled(answer: CancellationAnswer): Order {
  switch (answer.kind) {
    case 'cancelled':
      return answer.order;
    case 'not-found':
      throw noSuchOrder();
    case 'not-cancellable':
      throw problem('not-cancellable', { detail: whyNot(answer.order) });
    default:
      return answer satisfies never;
  }
}

function whyNot({ status }: Order): string {
  return status === 'rejected' ? 'It was rejected, so there is nothing left to cancel.' : 'A part of it is on its way: ask for a refund instead.';
}
