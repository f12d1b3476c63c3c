/** The answers that an honest caller got, and their times. */
export interface Seen {
  /** Number of answers by HTTP status; 0: no answer within 20 s, or a broken connection. */
  readonly statuses: Readonly<Record<number, number>>;
  readonly medianMs: number;
  readonly slowestMs: number;
}

export interface Bystander {
  /** Stops asking, and returns what it saw. */
  leave(): Promise<Seen>;
}

const BETWEEN_MS = 100;
const ANSWER_LIMIT_MS = 20_000;

/** Asks again and again, at most ten times a second, as a caller who has nothing to do with the attack. */
export function bystander(ask: (signal: AbortSignal) => Promise<Response>): Bystander {
  const statuses: Record<number, number> = {};
  const times: number[] = [];
  const over = new AbortController();

  async function once(): Promise<void> {
    const askedAt = performance.now();
    let status = 0;
    try {
      const answer = await ask(AbortSignal.timeout(ANSWER_LIMIT_MS));
      await answer.arrayBuffer();
      status = answer.status;
    } catch {
      // Counted as status 0; readers of the counts judge it.
    }
    times.push(performance.now() - askedAt);
    statuses[status] = (statuses[status] ?? 0) + 1;
  }

  async function goOn(): Promise<void> {
    while (!over.signal.aborted) {
      const next = performance.now() + BETWEEN_MS;
      await once();
      await Bun.sleep(Math.max(0, next - performance.now()));
    }
  }

  const going = goOn();
  return {
    async leave() {
      over.abort();
      await going;
      const sorted = times.toSorted((a, b) => a - b);
      return { statuses, medianMs: sorted[Math.floor(sorted.length / 2)] ?? 0, slowestMs: sorted.at(-1) ?? 0 };
    },
  };
}
