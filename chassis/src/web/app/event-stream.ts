/** A stream of server-sent events (the HTML standard, section 9.2). */
export interface EventStream {
  readonly response: Response;
  /** Sends `data` as one line of JSON. Sends nothing once the stream is closed. */
  send(event: { readonly name: string; readonly id: string; readonly data: object }): void;
  /** Sends a line that readers ignore, as a keep-alive for both sides. */
  comment(): void;
  close(): void;
}

/** Maximum number of unread chunks before a reader is disconnected: it comes back and says what it has seen. */
const UNREAD_LIMIT = 100;

export const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // Otherwise nginx would buffer the events.
  'x-accel-buffering': 'no',
};

/** `onClosed` is called once, whichever side has closed it. */
export function eventStream({ onClosed }: { readonly onClosed: () => void }): EventStream {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start: (given) => void (controller = given),
    cancel: () => ended(),
  });

  function ended(): void {
    if (controller === undefined) return;
    controller = undefined;
    onClosed();
  }

  function close(): void {
    controller?.close();
    ended();
  }

  function write(text: string): void {
    if (controller === undefined) return;
    controller.enqueue(encoder.encode(text));
    if ((controller.desiredSize ?? 0) < -UNREAD_LIMIT) close();
  }

  return {
    response: new Response(body, { headers: STREAM_HEADERS }),
    send: ({ name, id, data }) => write(`event: ${name}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`),
    comment: () => write(': \n\n'),
    close,
  };
}
