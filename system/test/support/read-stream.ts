import type { OrderStatusEvent } from '@souk/contracts/http/order';

interface Wanted {
  readonly token: string;
  readonly lastEventId?: number;
}

/** What was read of an order's status stream. */
export interface StreamReading {
  readonly status: number;
  readonly events: readonly OrderStatusEvent[];
  /** The shop ended it, and not the reader. */
  readonly ended: boolean;
}

const LIMIT_MS = 30_000;

/** Reads `GET /orders/{id}/stream` until it ends, or until an event after which the reader hangs up. */
export async function readStream(
  url: string,
  { token, lastEventId }: Wanted,
  hangsUpAfter: (event: OrderStatusEvent) => boolean = () => false,
): Promise<StreamReading> {
  const { status, body } = await fetch(url, {
    signal: AbortSignal.timeout(LIMIT_MS),
    headers: { authorization: `Bearer ${token}`, ...(lastEventId !== undefined && { 'last-event-id': String(lastEventId) }) },
  });
  const decoder = new TextDecoder();
  const events: OrderStatusEvent[] = [];
  let text = '';
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const complete = text.lastIndexOf('\n\n') + 2;
    for (const [, id, data = ''] of text.slice(0, complete).matchAll(/event: status\nid: (\d+)\ndata: (.*)\n\n/g)) {
      const event: OrderStatusEvent = JSON.parse(data);
      if (String(event.seq) !== id) throw new Error(`event ${id} says it is ${event.seq}`);
      events.push(event);
      // Leaving the loop closes the connection.
      if (hangsUpAfter(event)) return { status, events, ended: false };
    }
    text = text.slice(complete);
  }
  return { status, events, ended: true };
}
