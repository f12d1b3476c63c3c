import { entityTag } from '@souk/chassis/web/app/entity-tag';
import { onceResponse } from '@souk/chassis/service/answer-once';
import { keyMissing, storedAnswer } from '@souk/chassis/web/app/idempotency';
import { type Problem, problem } from '@souk/chassis/web/problems/problem';
import { readAddress } from '@souk/chassis/web/problems/read-address';
import { causeOf } from '@souk/chassis/web/app/request-facts';
import { router } from '@souk/chassis/web/app/router';
import type { Engine } from '@souk/chassis/engine/engine';
import type { StoredAnswer } from '@souk/chassis/stored-answer';
import type { Shows } from '@souk/chassis/engine/writer/once';
import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { Order as OrderDocument, PlaceOrder } from '@souk/contracts/http/order';
import { CatalogueUnavailableError } from '../catalogue/catalogue-lookup.ts';
import type { Order } from '../domain/order.ts';
import { asPlaced, type OrderRequest, type Placement } from '../domain/place-order.ts';
import type { OrderCollections, OrderReads } from '../storage/order-store.ts';
import { orderDocument } from './order-document.ts';
import { refused } from './refused.ts';

export interface PlacementDeps {
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
      if (order === undefined) throw new Error(`order ${id} was placed, and is not there`);
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
