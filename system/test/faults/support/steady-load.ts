import { randomUUID } from 'node:crypto';
import { until } from '@souk/chassis/testing/until';
import type { Load } from '../../../src/tools/bench/work/orders.ts';

/** What became of one request for an order. */
export interface Placement {
  readonly key: string;
  /** Null: no answer, and `text` says why. */
  readonly status: number | null;
  readonly retryAfter: string | null;
  readonly text: string;
  readonly ms: number;
}

/**
 * Customers who order at a steady rate, whatever the shop does, and insist on what was not accepted. At the end of their
 * scope they go, so that a test that fails leaves the next one none.
 */
export interface SteadyLoad extends AsyncDisposable {
  /** orders per second */
  readonly rate: number;
  /** First requests only, in the order of their answers; grows. */
  readonly placements: readonly Placement[];
  /** Idempotency-Key -> the order that was promised for it. */
  readonly accepted: ReadonlyMap<string, string>;
  /** Orders nothing new, and repeats everything else under its key until each order is accepted. */
  finish(): Promise<void>;
}

/** Sends a POST to `path` of Order. */
export type Post = (path: string, init: RequestInit) => Promise<Response>;

const TICK_MS = 5;
/** Well above the 10 s after which a command is refused; no promise hangs on it but that everybody gets an answer. */
const ANSWER_LIMIT_MS = 20_000;
const INSIST_LIMIT_MS = 60_000;
const INSIST_PAUSE_MS = 250;

export function steadyLoad(load: Load, rate: number, post: Post = postTo(load.orderUrl)): SteadyLoad {
  const accepted = new Map<string, string>();
  const placements: Placement[] = [];
  const pending = new Set<Promise<void>>();
  const open = new Map<string, number>();
  const run = randomUUID();
  const over = new AbortController();

  async function place(key: string, n: number): Promise<Placement> {
    const sentAt = performance.now();
    const ms = () => performance.now() - sentAt;
    try {
      const response = await post('/orders', await requestFor(key, n, load));
      const text = await response.text();
      if (response.status === 202) promised(key, (JSON.parse(text) as { id: string }).id);
      return { key, status: response.status, retryAfter: response.headers.get('retry-after'), text, ms: ms() };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const code = 'code' in error ? String(error.code) : error.name;
      return { key, status: null, retryAfter: null, text: `${code}: ${error.message}`, ms: ms() };
    }
  }

  function promised(key: string, id: string): void {
    const before = accepted.get(key) ?? id;
    if (before !== id) throw new Error(`${key} was answered with order ${before} and with order ${id}`);
    accepted.set(key, id);
    open.delete(key);
  }

  async function placeFirst(n: number): Promise<void> {
    const key = `${run}-${n}`;
    open.set(key, n);
    placements.push(await place(key, n));
  }

  async function orderSteadily(): Promise<void> {
    const startAt = performance.now();
    for (let sent = 0; !over.signal.aborted; await Bun.sleep(TICK_MS)) {
      for (const due = ((performance.now() - startAt) * rate) / 1000; sent < due; sent += 1) {
        const ended = placeFirst(sent).finally(() => pending.delete(ended));
        pending.add(ended);
      }
    }
    await Promise.all(pending);
  }

  const ordering = orderSteadily();
  // `finish` tells of a failure; until then it is nobody's unhandled one.
  ordering.catch(() => undefined);

  async function insist(): Promise<boolean> {
    const answers = await Promise.all([...open].map(([key, n]) => place(key, n)));
    if (answers.length > 0) await Bun.sleep(INSIST_PAUSE_MS);
    return open.size === 0;
  }

  return {
    rate,
    placements,
    accepted,
    async finish() {
      over.abort();
      await ordering;
      await until('every order is accepted when it is asked for again', insist, INSIST_LIMIT_MS);
    },
    async [Symbol.asyncDispose]() {
      over.abort();
      await Promise.allSettled([ordering]);
    },
  };
}

async function requestFor(key: string, n: number, { tokenOf, bodyOf }: Load): Promise<RequestInit> {
  return {
    method: 'POST',
    signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await tokenOf(n)}`,
      'idempotency-key': key,
    },
    body: bodyOf(n),
  };
}

const postTo =
  (orderUrl: string): Post =>
  (path, init) =>
    fetch(new URL(path, orderUrl), init);
