import { OverloadedError } from '@souk/chassis/input-errors';

interface Rules {
  /** pieces of work that run at the same time */
  readonly atOnce: number;
  /** pieces that may wait in one queue */
  readonly waiting: number;
  /** of these, pieces of one key */
  readonly waitingPerKey: number;
  readonly retryAfterSeconds: number;
}

interface Turn<Queue extends string> {
  readonly queue: Queue;
  /** identifies the caller: turns go round among callers */
  readonly key: string;
}

interface Waiting {
  begin(): void;
  refuse(error: OverloadedError): void;
}

/** Waiting work by key; the key whose turn is next comes first. */
type Line = Map<string, Waiting[]>;

/**
 * Runs work with limited concurrency. The queues take turns, and within a queue the keys do: a key with much work waits
 * behind itself. A full queue still has room for a key with less work: the last piece of the key with most is refused
 * instead. A refusal comes at once, as OverloadedError.
 */
export function fairTurns<Queue extends string>({ atOnce, waiting, waitingPerKey, retryAfterSeconds }: Rules) {
  const lines = new Map<Queue, Line>();
  let running = 0;

  function wait({ queue, key }: Turn<Queue>): Promise<void> {
    const line = lines.get(queue) ?? new Map<string, Waiting[]>();
    const own = line.get(key) ?? [];
    if (own.length >= waitingPerKey || !hasRoom(line, own.length)) throw new OverloadedError(retryAfterSeconds);
    const { promise, resolve: begin, reject: refuse } = Promise.withResolvers<void>();
    own.push({ begin, refuse });
    line.set(key, own);
    lines.set(queue, line);
    return promise;
  }

  /** True when there is room, or room was made at the cost of a key with at least two pieces more than the new one's. */
  function hasRoom(line: Line, own: number): boolean {
    const all = [...line.values()];
    if (all.reduce((sum, { length }) => sum + length, 0) < waiting) return true;
    const longest = all.reduce((most, some) => (some.length > most.length ? some : most), []);
    if (longest.length <= own + 1) return false;
    longest.pop()?.refuse(new OverloadedError(retryAfterSeconds));
    return true;
  }

  /** Hands a free place on to the next in line, so that no later caller can take it. */
  function leave(): void {
    const next = shift(lines, (line) => shift(line, (own) => own.shift(), ({ length }) => length === 0), ({ size }) => size === 0);
    if (next === undefined) running -= 1;
    else next.begin();
  }

  return async <T>(turn: Turn<Queue>, work: () => Promise<T>): Promise<T> => {
    if (running < atOnce) running += 1;
    else await wait(turn);
    try {
      return await work();
    } finally {
      leave();
    }
  };
}

/** Takes a piece from the first group, which then moves behind the others, or is removed when it has no more. */
function shift<Key, Group, Piece>(
  groups: Map<Key, Group>,
  take: (group: Group) => Piece | undefined,
  isEmpty: (group: Group) => boolean,
): Piece | undefined {
  for (const [key, group] of groups) {
    const piece = take(group);
    groups.delete(key);
    if (!isEmpty(group)) groups.set(key, group);
    return piece;
  }
  return undefined;
}
