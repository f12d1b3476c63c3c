import { entityTag, obeyingIfMatch } from '@souk/chassis/web/app/entity-tag';
import { problem } from '@souk/chassis/web/problems/problem';
import { causeOf } from '@souk/chassis/web/app/request-facts';
import { router } from '@souk/chassis/web/app/router';
import type { Engine } from '@souk/chassis/engine/engine';
import { DeliverShipment, Order as OrderDocument, ShipShipment } from '@souk/contracts/http/order';
import { Uuid } from '@souk/contracts/ids';
import type { ShippingRefusal } from '@souk/contracts/problem';
import { Type } from '@sinclair/typebox';
import type { Order } from '../domain/order.ts';
import type { OrderCollections } from '../storage/order-store.ts';
import { moveShipment, type ShipmentAnswer } from '../usecases/move-shipment.ts';
import { orderDocument } from './order-document.ts';

const OneShipment = Type.Object({ id: Uuid, shipmentId: Uuid });
const declared = {
  role: 'staff',
  params: OneShipment,
  response: { 200: OrderDocument },
} as const;

/** Routes for the warehouse. Both are idempotent: a repeated request gets the same answer. */
export function shipmentRoutes(commands: Pick<Engine<OrderCollections>, 'execute'>) {
  return router()
    .post(
      '/orders/:id/shipments/:shipmentId/ship',
      async ({ params: { id: orderId, shipmentId }, body, request, set }) => {
        const report = { type: 'ship', ...body } as const;
        const order = done(await commands.execute(moveShipment, { orderId, shipmentId, report, requireVersion: obeyingIfMatch(request) }, causeOf(request)));
        set.headers.etag = entityTag(order.version);
        return orderDocument(order);
      },
      {
        ...declared,
        refuses: ['not-shippable', 'precondition-failed'],
        body: ShipShipment,
        detail: {
          summary: 'A parcel has left the house',
          description:
            'Refused with the reason `refunded` once Order has heard that all of the money went back: cancel the order then, so ' +
            'that its goods are on sale again. A refund that is heard of later leaves the parcel on its way. After a partial ' +
            'refund the parcels are still sent. Refused with the reason `erased` where an earlier version has erased the address already.',
        },
      },
    )
    .post(
      '/orders/:id/shipments/:shipmentId/deliver',
      async ({ params: { id: orderId, shipmentId }, request, set }) => {
        const report = { type: 'deliver' } as const;
        const order = done(await commands.execute(moveShipment, { orderId, shipmentId, report, requireVersion: obeyingIfMatch(request) }, causeOf(request)));
        set.headers.etag = entityTag(order.version);
        return orderDocument(order);
      },
      {
        ...declared,
        refuses: ['not-shippable', 'precondition-failed'],
        body: Type.Optional(DeliverShipment),
        detail: {
          summary: 'A parcel has arrived',
          description: 'Also when the money went back while it was on its way.',
        },
      },
    );
}

const WHY_NOT: { readonly [R in ShippingRefusal]: string } = {
  cancelled: 'The order is cancelled: nothing of it is sent.',
  refunded: 'All of the money went back: cancel the order, so that its goods are on sale again.',
  erased: 'Its customer has left and was erased from it, so it has no address: cancel the order, and the money goes back.',
  not_sent_yet: 'It was not sent yet: ship it first.',
  sent_otherwise: 'It was sent with another carrier or number: read the order for both.',
};

function done(answer: ShipmentAnswer): Order {
  switch (answer.kind) {
    case 'done':
      return answer.order;
    case 'not-found':
      throw problem('not-found', { detail: 'There is no such order, or no such shipment of it: GET /orders/{id} has its shipments.' });
    case 'not-shippable':
      throw problem('not-shippable', { detail: WHY_NOT[answer.because], extension: { reason: answer.because } });
    default:
      return answer satisfies never;
  }
}
