import { STREAM_HEADERS } from '@souk/chassis/web/app/event-stream';
import { clientAddressOf } from '@souk/chassis/web/app/request-facts';
import { router } from '@souk/chassis/web/app/router';
import { Uuid } from '@souk/contracts/strings';
import { Type } from '@sinclair/typebox';
import type { OrderReads } from '../storage/order-store.ts';
import type { OrderStreams } from './order-streams.ts';
import { visibleOrder } from './visible-order.ts';

export interface StreamDeps {
  readonly reads: Pick<OrderReads, 'order'>;
  readonly streams: OrderStreams;
}

/** Accepts any text: an invalid id, or one beyond the end, means from the beginning. */
const Headers = Type.Object({ 'last-event-id': Type.Optional(Type.String()) }, { additionalProperties: true });
const SEQ = /^\d{1,15}$/;

/** Streams the states of an order as they come. Missed events are sent again: the reader names the last one it had. */
export function streamRoutes({ reads, streams }: StreamDeps) {
  const visible = visibleOrder(reads);
  return router().get(
    '/orders/:id/stream',
    async ({ params, principal, request, headers }) => {
      const standing = await visible(params.id, principal);
      // HEAD reaches this route too, and nobody would ever read or close a stream opened for it.
      if (request.method === 'HEAD') return new Response(null, { headers: STREAM_HEADERS });
      const last = headers['last-event-id'] ?? '';
      return streams.open({ standing, principal, address: clientAddressOf(request), after: SEQ.test(last) ? Number(last) : 0 });
    },
    {
      signedIn: true,
      refuses: ['overloaded', 'too-many-requests'],
      params: Type.Object({ id: Uuid }),
      headers: Headers,
      detail: {
        summary: 'The states of an order as they come, until it ends',
        description:
          'After the event that `Last-Event-ID` names; all of them without it, and when it is no place in the timeline or lies ' +
          'beyond the last state. Ends within a second when the access of its reader ends.',
        responses: {
          200: {
            description: 'Server-sent events: `status`, its `id` a place in the timeline, its `data` an OrderStatusEvent; a comment every 5 s',
            content: { 'text/event-stream': { schema: { type: 'string' } } },
          },
          204: { description: 'The order has ended and everything was read' },
        },
      },
    },
  );
}
