import type { Connections, Told } from './connections.ts';
import { idIn, type OrderRequest, postText } from './order-request.ts';

/** Callers' requests after their orders were accepted, counted by answer. */
export interface FollowUpCounts {
  readonly requests: number;
  /** Cancellations by their status. */
  readonly cancellations: ReadonlyMap<string, number>;
  /** Orders that were sent again under their idempotency key: `same order` is correct, `another order` is a broken promise. */
  readonly repeats: ReadonlyMap<string, number>;
}

const CANCEL_WITHIN_MS = 1000;

interface FollowUpDeps {
  readonly lines: Connections;
  readonly host: string;
  readonly path: string;
}

/** Customers who cancel within a second, and clients that send the same order twice. */
export function followUps({ lines, host, path }: FollowUpDeps) {
  const cancellations = new Map<string, number>();
  const repeats = new Map<string, number>();
  let requests = 0;
  let open = 0;

  function ask(request: string, told: (told: Told) => void): void {
    requests += 1;
    lines.send(request, (result) => {
      open -= 1;
      told(result);
    });
  }

  function cancel(id: string, order: OrderRequest): void {
    const token = order.freshToken?.() ?? order.token;
    ask(postText({ path: `${path}/${id}/cancellation`, host, token }), (told) => count(cancellations, statusOf(told)));
  }

  function repeat(id: string, key: string, { token, body }: OrderRequest): void {
    ask(postText({ path, host, token, key, body }), (told) => {
      if (told.kind !== 'answered' || told.answer.status !== 202) return count(repeats, statusOf(told));
      count(repeats, idIn(told.answer.body) === id ? 'same order' : 'another order');
    });
  }

  return {
    accepted(id: string, key: string, order: OrderRequest): void {
      if (order.kind === 'cancelled') {
        open += 1;
        setTimeout(() => cancel(id, order), waitOf(key));
      }
      if (order.kind === 'repeated') {
        open += 1;
        repeat(id, key, order);
      }
    },
    open: () => open,
    counts: (): FollowUpCounts => ({ requests, cancellations, repeats }),
  };
}

/** Milliseconds before a cancellation: different for each order, and the same for the same key. */
function waitOf(key: string): number {
  return (Bun.hash.crc32(key) / 2 ** 32) * CANCEL_WITHIN_MS;
}

function statusOf(told: Told): string {
  return told.kind === 'answered' ? String(told.answer.status) : told.why;
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
