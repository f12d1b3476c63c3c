import { type EventStream, eventStream, STREAM_HEADERS } from '@souk/chassis/web/app/event-stream';
import { router } from '@souk/chassis/web/app/router';
import type { Report } from '@souk/chassis/telemetry/report';
import { type ServiceName, SERVICES } from '@souk/contracts/services';
import { followService } from './followed-service.ts';
import { DATA_POLICY, type Gate } from './pass-on.ts';
import { eventId, type Positions, positionsIn } from './positions.ts';
import type { Services } from './services.ts';
import { type ConsoleSession, SessionOverError } from './sessions.ts';
import type { StreamPlace, StreamPlaces } from './stream-places.ts';

const COMMENT_EVERY_MS = 2500;
const NAMES: ReadonlySet<string> = new Set(['open', 'committed']);

interface MergedStreamDeps {
  readonly gate: Gate;
  readonly services: Services;
  readonly streams: StreamPlaces;
  readonly report: Report;
}

/** A stream of a service is lost (`up: false`) or back. */
interface LinkChanged {
  readonly service: ServiceName;
  readonly up: boolean;
  readonly at: string;
}

/** `/api/stream`: what all five services commit, as one stream that a browser can take up again where it broke off. */
export function mergedStreamRoutes(deps: MergedStreamDeps) {
  return router().get('/api/stream', ({ request }) => {
    const session = deps.gate.enter(request);
    const headers = { ...STREAM_HEADERS, 'content-security-policy': DATA_POLICY };
    if (request.method === 'HEAD') return new Response(null, { headers });
    const stream = merged(deps, session, request.headers.get('last-event-id'));
    return new Response(stream.response.body, { headers });
  });
}

function merged({ services, streams, report }: MergedStreamDeps, session: ConsoleSession, lastEventId: string | null): EventStream {
  const place = streams.take(session);
  const stream = eventStream({ onClosed: () => place.leave() });
  const comments = setInterval(() => stream.comment(), COMMENT_EVERY_MS);
  place.signal.addEventListener('abort', () => {
    clearInterval(comments);
    stream.close();
  });
  let positions: Positions = lastEventId === null ? {} : positionsIn(lastEventId);
  const isResumed = lastEventId !== null && lastEventId !== '';

  function follow(service: ServiceName): Promise<void> {
    let isDown = false;
    // A service without a position, in a stream that had begun before it: what it committed meanwhile was told to nobody.
    let isGap = isResumed && positions[service] === undefined;
    return followService({
      service,
      services,
      session,
      signal: place.signal,
      report,
      position: () => positions[service],
      onEvent({ name, id, data }) {
        if (!NAMES.has(name)) return;
        if (id !== undefined) positions = { ...positions, [service]: id };
        if (isDown) tellLink(service, true);
        isDown = false;
        if (name === 'open' && isGap) stream.send({ name, id: eventId(positions), data: { ...(JSON.parse(data) as object), missed: true } });
        else stream.write(passedEvent(name, eventId(positions), data));
        if (name === 'open') isGap = false;
      },
      onDown() {
        isDown = true;
        isGap ||= positions[service] === undefined;
        tellLink(service, false);
      },
    });
  }

  function tellLink(service: ServiceName, up: boolean): void {
    const data: LinkChanged = { service, up, at: new Date().toISOString() };
    stream.send({ name: 'link', id: eventId(positions), data });
  }

  void followAll(place, follow);
  return stream;
}

/** Follows all services until the place is left; the end of the operator's session ends all. */
async function followAll(place: StreamPlace, follow: (service: ServiceName) => Promise<void>): Promise<void> {
  await Promise.all(
    SERVICES.map(async (service) => {
      try {
        await follow(service);
      } catch (error) {
        place.leave();
        if (!(error instanceof SessionOverError)) throw error;
      }
    }),
  );
}

const encoder = new TextEncoder();

/** The event as its service has sent it, without reading what it holds. */
function passedEvent(name: string, id: string, data: string): Uint8Array {
  return encoder.encode(`event: ${name}\nid: ${id}\ndata: ${data.replaceAll('\n', '\ndata: ')}\n\n`);
}
