import { entityTag, keyMissing, obeyingIfMatch, storedAnswer } from '@souk/chassis/web/app/conditional-requests';
import { onceResponse } from '@souk/chassis/service/answer-once';
import { fieldsRefused, type Problem, problem } from '@souk/chassis/web/problems/problem';
import { readAddress } from '@souk/chassis/web/problems/field-errors';
import { causeOf } from '@souk/chassis/web/app/request-facts';
import { router } from '@souk/chassis/web/app/router';
import { hasRole } from '@souk/chassis/web/sign-in/principal';
import type { Engine } from '@souk/chassis/engine/engine';
import type { StoredAnswer } from '@souk/chassis/stored-answer';
import type { Shows } from '@souk/chassis/engine/writer/once';
import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { CancelOrder, DeliverShipment, Order as OrderDocument, PlaceOrder, ShipShipment } from '@souk/contracts/http/order';
import { Uuid } from '@souk/contracts/strings';
import { formatMoney } from '@souk/contracts/money';
import type { ShippingRefusal } from '@souk/contracts/problem';
import type { OrderItem } from '@souk/contracts/saga';
import { Type } from '@sinclair/typebox';
import { CatalogueUnavailableError } from '../domain/catalogue.ts';
import type { Order } from '../domain/order.ts';
import { asPlaced, type OrderRequest, type Placement, type PlacementRefusal } from '../domain/place-order.ts';
import type { OrderCollections, OrderReads } from '../storage/order-store.ts';
import { type CancellationAnswer, type CancellationRequest, moveShipment, type ShipmentAnswer } from '../usecases/advance-order.ts';
import { noSuchOrder, orderDocument } from './read-routes.ts';

interface PlacementDeps {
  readonly commands: Pick<Engine<OrderCollections>, 'executeOnce'>;
  readonly reads: Pick<OrderReads, 'order'>;
  readonly placeOrder: UseCase<OrderCollections, OrderRequest, Placement>;
  /** Asks Product for SKUs that the copy does not have. */
  learnSkus(skus: readonly string[]): Promise<void>;
}

/** Route that places orders. It answers once the order is stored; further progress is read from the order. */
export function placementRoutes({ commands, reads, placeOrder, learnSkus }: PlacementDeps) {
  const shows: Shows<Placement> = {
    place: (placement) => (placement.kind === 'placed' ? placement.order.id : undefined),
    async again(id) {
      const order = await reads.order(id);
      if (order === undefined) throw new Error(`order ${id} was placed, but cannot be found`);
      return placedAnswer(asPlaced(order));
    },
  };
  return router().post(
    '/orders',
    async ({ body, principal, idempotency, request }) => {
      const shippingAddress = await readAddress(body.shippingAddress, '/shippingAddress');
      if (idempotency === undefined) throw keyMissing();
      await learned(learnSkus(body.items.map(({ sku }) => sku)));
      const render = (placement: Placement) => answerOf(placement, body.items);
      const asked = { ...body, shippingAddress, userId: principal.userId };
      return onceResponse(await commands.executeOnce(placeOrder, asked, { ...idempotency, render, shows }, causeOf(request)), request);
    },
    {
      signedIn: true,
      postponable: true,
      idempotent: 'required',
      refuses: [
        'sku-unknown',
        'sku-inactive',
        'mixed-currencies',
        'total-changed',
        'open-orders-limit',
        'pieces-on-hold-limit',
        'unavailable',
      ],
      body: PlaceOrder,
      response: { 202: OrderDocument },
      detail: { summary: 'Place an order' },
    },
  );
}

function answerOf(placement: Placement, items: PlaceOrder['items']): StoredAnswer | Problem {
  return placement.kind === 'refused' ? refused(placement.refusal, items) : placedAnswer(placement.order);
}

/** The problem that tells callers why an order of these items was not placed. */
function refused(refusal: PlacementRefusal, items: readonly OrderItem[]): Problem {
  const because = (lines: readonly number[], why: string) =>
    lines.map((line) => ({ pointer: `/items/${line}/sku`, detail: `names ${items[line]?.sku}, ${why}` }));
  switch (refusal.code) {
    case 'sku-repeated':
      return fieldsRefused('validation', because(refusal.lines, 'which stands in another line already'), 'say each SKU once, with all of its pieces');
    case 'sku-unknown':
      return fieldsRefused('sku-unknown', because(refusal.lines, 'which no product has'), 'order what GET /products of the catalogue lists');
    case 'sku-inactive':
      return fieldsRefused('sku-inactive', because(refusal.lines, 'which is not on sale'), 'leave it out, or order it when it is');
    case 'mixed-currencies':
      return fieldsRefused('mixed-currencies', because(refusal.lines, 'whose price has another currency than the first line'), 'order it apart');
    case 'total-changed':
      return problem('total-changed', {
        detail: `The order would cost ${formatMoney(refusal.total)}, which is not the expectedTotal: show that, and send it when it is fine.`,
        extension: { total: refusal.total },
      });
    case 'open-orders-limit':
      return problem('open-orders-limit', {
        detail: `You have ${refusal.has} orders that are open, or that ended unpaid a short while ago, and may have ${refusal.limit}: pay for one of them or wait, then send this again.`,
      });
    case 'pieces-on-hold-limit':
      return problem('pieces-on-hold-limit', {
        detail: `The ${refusal.asked} pieces of /items and ${refusal.has} in your orders that are open, or that ended unpaid a short while ago, are more than the ${refusal.limit} you may have: order fewer, or send this again when one of them has ended.`,
      });
    default:
      return refusal satisfies never;
  }
}

function placedAnswer(order: Order): StoredAnswer {
  return storedAnswer(202, orderDocument(order), { location: `/orders/${order.id}`, etag: entityTag(order.version) });
}

async function learned(learning: Promise<void>): Promise<void> {
  try {
    await learning;
  } catch (cause) {
    if (!(cause instanceof CatalogueUnavailableError)) throw cause;
    const detail = 'A product is not known here yet, and the catalogue does not answer: try again in 2 s.';
    throw problem('unavailable', { detail, headers: { 'retry-after': '2' } });
  }
}

interface AdvanceDeps {
  readonly commands: Pick<Engine<OrderCollections>, 'execute'>;
  readonly cancelOrder: UseCase<OrderCollections, CancellationRequest, CancellationAnswer>;
}

const ofShipment = {
  role: 'staff',
  refuses: ['not-shippable', 'precondition-failed'],
  params: Type.Object({ id: Uuid, shipmentId: Uuid }),
  response: { 200: OrderDocument },
} as const;

/**
 * Routes that advance an order after its placement. Customers cancel their own orders, staff anybody's; Inventory and Payment then return stock and
 * money by themselves. The warehouse reports parcels. All are idempotent: a repeated request gets the same answer.
 */
export function advanceRoutes({ commands, cancelOrder }: AdvanceDeps) {
  return router()
    .post(
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
    )
    .post(
      '/orders/:id/shipments/:shipmentId/ship',
      async ({ params: { id: orderId, shipmentId }, body, request, set }) => {
        const report = { type: 'ship', ...body } as const;
        const order = moved(await commands.execute(moveShipment, { orderId, shipmentId, report, requireVersion: obeyingIfMatch(request) }, causeOf(request)));
        set.headers.etag = entityTag(order.version);
        return orderDocument(order);
      },
      {
        ...ofShipment,
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
        const order = moved(await commands.execute(moveShipment, { orderId, shipmentId, report, requireVersion: obeyingIfMatch(request) }, causeOf(request)));
        set.headers.etag = entityTag(order.version);
        return orderDocument(order);
      },
      {
        ...ofShipment,
        body: Type.Optional(DeliverShipment),
        detail: {
          summary: 'A parcel has arrived',
          description: 'Also when the money went back while it was on its way.',
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
      throw problem('not-cancellable', { detail: whyNotCancelled(answer.order) });
    default:
      return answer satisfies never;
  }
}

function whyNotCancelled({ status }: Order): string {
  return status === 'rejected' ? 'It was rejected, so there is nothing left to cancel.' : 'A part of it is on its way: ask for a refund instead.';
}

const WHY_NOT_SENT: { readonly [R in ShippingRefusal]: string } = {
  cancelled: 'The order is cancelled: nothing of it is sent.',
  refunded: 'All of the money went back: cancel the order, so that its goods are on sale again.',
  erased: 'Its customer has left and was erased from it, so it has no address: cancel the order, and the money goes back.',
  not_sent_yet: 'It was not sent yet: ship it first.',
  sent_otherwise: 'It was sent with another carrier or number: read the order for both.',
};

function moved(answer: ShipmentAnswer): Order {
  switch (answer.kind) {
    case 'done':
      return answer.order;
    case 'not-found':
      throw problem('not-found', { detail: 'There is no such order, or no such shipment of it: GET /orders/{id} has its shipments.' });
    case 'not-shippable':
      throw problem('not-shippable', { detail: WHY_NOT_SENT[answer.because], extension: { reason: answer.because } });
    default:
      return answer satisfies never;
  }
}
