import { stopping, tooMuchToDo, problem } from '@souk/chassis/web/problems/problem';
import { places } from '@souk/chassis/web/limits/places';
import type { ConsoleSession } from './sessions.ts';

const PER_SESSION = 20;
const IN_ALL = 200;

export interface StreamPlace {
  /** Aborted when the stream has to end: its session has ended, or the console stops. */
  readonly signal: AbortSignal;
  /** Passes a service's stream on as fast as it is read, and leaves when either side ends. What nobody reads waits at the service, which cuts it. */
  guarded(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array>;
  /** Gives the place back, and aborts `signal`. May be called again. */
  leave(): void;
}

/** The open streams to browsers, so many at once. */
export interface StreamPlaces {
  /** Throws the 429 and 503 problems when there are too many. */
  take(session: ConsoleSession): StreamPlace;
  readonly size: number;
  /** Ends all streams and admits no new ones. */
  close(): void;
}

export function streamPlaces(): StreamPlaces {
  const room = places({ inAll: IN_ALL, perKey: PER_SESSION });
  const keys = new WeakMap<ConsoleSession, string>();
  const open = new Set<StreamPlace>();
  let isClosed = false;

  const keyOf = (session: ConsoleSession): string => {
    const key = keys.get(session) ?? Bun.randomUUIDv7();
    keys.set(session, key);
    return key;
  };

  return {
    take(session) {
      if (isClosed) throw stopping();
      const give = room.take(keyOf(session));
      if (give === 'in-all') throw tooMuchToDo(5);
      if (give === 'of-key') {
        throw problem('too-many-requests', { detail: `This session reads ${PER_SESSION} streams already: close a page.`, headers: { 'retry-after': '5' } });
      }
      const ending = new AbortController();
      const place: StreamPlace = {
        signal: ending.signal,
        guarded: (body) => passing(body, place),
        leave() {
          if (!open.delete(place)) return;
          session.ended.removeEventListener('abort', place.leave);
          give();
          ending.abort();
        },
      };
      open.add(place);
      session.ended.addEventListener('abort', place.leave);
      return place;
    },
    get size() {
      return open.size;
    },
    close() {
      isClosed = true;
      for (const place of open) place.leave();
    },
  };
}

function passing(body: ReadableStream<Uint8Array>, place: StreamPlace): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (!done) return controller.enqueue(value);
        } catch {
          // The service has gone, or the place was left: the reader comes back and says what it has seen.
        }
        place.leave();
        controller.close();
      },
      async cancel() {
        place.leave();
        await reader.cancel();
      },
    },
    { highWaterMark: 0 },
  );
}
