import { Type } from '@sinclair/typebox';
import { STREAM_HEADERS } from '../web/app/event-stream.ts';
import { clientAddressOf } from '../web/app/request-facts.ts';
import { router } from '../web/app/router.ts';
import type { CommittedStreams } from './committed-stream.ts';

/** Accepts any text: one that is no position means that everything before now was missed. */
const Headers = Type.Object({ 'last-event-id': Type.Optional(Type.String()) }, { additionalProperties: true });

/** Streams what all processes of the service commit, as they commit it. */
export function committedRoutes(streams: CommittedStreams) {
  return router().get(
    '/ops/stream',
    async ({ principal, request, headers }) => {
      // HEAD reaches this route too, and nobody would ever read or close a stream opened for it.
      if (request.method === 'HEAD') return new Response(null, { headers: STREAM_HEADERS });
      return streams.open({ principal, address: clientAddressOf(request), lastEventId: headers['last-event-id'] });
    },
    {
      role: 'staff',
      refuses: ['overloaded', 'too-many-requests'],
      headers: Headers,
      detail: {
        summary: 'What this service commits, as it is committed',
        description:
          'First `open` (StreamOpened), then `committed` (StreamCommitted) with up to 100 events and notes each, of all processes of the service; ' +
          'each id is a position in all of it. After `Last-Event-ID` a reader gets what it missed, up to 5,000 entries: nothing twice, nothing left out; ' +
          'beyond that, and for any other text, `open` says `missed`, and the stream begins now. Of more than 250 entries a second (500 at once) the rest is only ' +
          'counted (`skipped`). Ends within a second when the access of its reader ends, and after 15 minutes.',
        responses: {
          200: {
            description: 'Server-sent events: `open`, then `committed`; a comment every 5 s',
            content: { 'text/event-stream': { schema: { type: 'string' } } },
          },
        },
      },
    },
  );
}
