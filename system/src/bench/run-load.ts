import type { Load } from './prepare-load.ts';

export interface LoadOptions extends Load {
  /** orders per second, whatever the shop does */
  readonly rate: number;
  readonly seconds: number;
}

export interface LoadResult {
  /** Order id -> when it should have been sent, epoch milliseconds. */
  readonly accepted: ReadonlyMap<string, number>;
  /** Milliseconds from when each accepted order should have been sent to its answer. */
  readonly answerMs: readonly number[];
  /**
   * Orders that were answered with another status than 202, counted by it; `no answer`: the connection broke or took too long;
   * `no sign-in`: the token had ended and there was no other.
   */
  readonly refused: ReadonlyMap<string, number>;
  /** How long sending took. */
  readonly elapsedMs: number;
}

const TICK_MS = 2;
const ANSWER_LIMIT_MS = 30_000;

/**
 * Open loop: every order has its time, and goes out then whether or not the ones before it were answered;
 * latency counts from that time, so a shop that stalls cannot hide it.
 */
export async function runLoad({ orderUrl, tokenOf, bodyOf, rate, seconds }: LoadOptions): Promise<LoadResult> {
  const accepted = new Map<string, number>();
  const answerMs: number[] = [];
  const pending = new Set<Promise<void>>();
  const run = crypto.randomUUID();
  const refused = new Map<string, number>();
  const refuse = (why: string) => void refused.set(why, (refused.get(why) ?? 0) + 1);

  async function send(n: number, dueAt: number): Promise<void> {
    try {
      const token = await tokenOf(n).catch(() => undefined);
      if (token === undefined) return refuse('no sign-in');
      const response = await fetch(orderUrl, {
        method: 'POST',
        signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${token}`,
          'idempotency-key': `${run}-${n}`,
        },
        body: bodyOf(n),
      });
      const body = await response.text();
      if (response.status !== 202) return refuse(String(response.status));
      answerMs.push(now() - dueAt);
      accepted.set((JSON.parse(body) as { id: string }).id, dueAt);
    } catch {
      // Counted: a connection that broke is an order that was not accepted, as far as the caller knows.
      refuse('no answer');
    }
  }

  const total = rate * seconds;
  const startAt = now();
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.floor(((now() - startAt) * rate) / 1000) + 1);
    for (; sent < due; sent += 1) {
      const ended = send(sent, startAt + (sent * 1000) / rate).finally(() => pending.delete(ended));
      pending.add(ended);
    }
    await Bun.sleep(TICK_MS);
  }
  const elapsedMs = now() - startAt;
  await Promise.all(pending);
  return { accepted, answerMs, refused, elapsedMs };
}

/** Epoch milliseconds with fractions. */
function now(): number {
  return performance.timeOrigin + performance.now();
}
