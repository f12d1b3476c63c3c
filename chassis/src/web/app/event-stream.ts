/** An event of a stream; `data` is sent as one line of JSON. */
interface StreamedEvent {
  readonly name: string;
  readonly id: string;
  readonly data: object;
}

/** A stream of server-sent events (the HTML standard, section 9.2). */
export interface EventStream {
  readonly response: Response;
  /** Sends nothing once the stream is closed. */
  send(event: StreamedEvent): void;
  /** The same for an event that several readers get (`encodedEvent`). */
  write(encoded: Uint8Array): void;
  /** Sends a line that readers ignore, as a keep-alive for both sides. */
  comment(): void;
  /** Resolves when the reader has taken everything, or the stream is closed. */
  taken(): Promise<void>;
  readonly isClosed: boolean;
  close(): void;
}

/** Maximum number of unread chunks before a reader is disconnected: it comes back and says what it has seen. */
const UNREAD_LIMIT = 100;
/** Bytes; a larger chunk counts as several. */
const CHUNK = 16 * 1024;

export const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // Otherwise nginx would buffer the events.
  'x-accel-buffering': 'no',
};

const encoder = new TextEncoder();
const COMMENT = encoder.encode(': \n\n');

export function encodedEvent({ name, id, data }: StreamedEvent): Uint8Array {
  return encoder.encode(`event: ${name}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`);
}

/** `onClosed` is called once, whichever side has closed it. */
export function eventStream({ onClosed }: { readonly onClosed: () => void }): EventStream {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let taken: PromiseWithResolvers<void> | undefined;
  const body = new ReadableStream<Uint8Array>(
    {
      start: (given) => void (controller = given),
      pull: () => tellTaken(),
      cancel: () => ended(),
    },
    { highWaterMark: 1, size: (chunk) => Math.max(1, (chunk?.byteLength ?? 0) / CHUNK) },
  );

  function tellTaken(): void {
    taken?.resolve();
    taken = undefined;
  }

  function ended(): void {
    if (controller === undefined) return;
    controller = undefined;
    tellTaken();
    onClosed();
  }

  function close(): void {
    controller?.close();
    ended();
  }

  function write(encoded: Uint8Array): void {
    if (controller === undefined) return;
    controller.enqueue(encoded);
    if ((controller.desiredSize ?? 0) < -UNREAD_LIMIT) close();
  }

  return {
    response: new Response(body, { headers: STREAM_HEADERS }),
    send: (event) => write(encodedEvent(event)),
    write,
    comment: () => write(COMMENT),
    taken() {
      if (controller === undefined || (controller.desiredSize ?? 0) > 0) return Promise.resolve();
      taken ??= Promise.withResolvers();
      return taken.promise;
    },
    get isClosed() {
      return controller === undefined;
    },
    close,
  };
}
