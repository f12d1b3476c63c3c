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

export interface Turn<Queue extends string> {
  readonly queue: Queue;
  /** who it is done for: turns go round among them */
  readonly key: string;
}

interface Waiting {
  begin(): void;
  refuse(error: OverloadedError): void;
}

/** Waiting work by key; the key whose turn it is stands first. */
type Line = Map<string, Waiting[]>;

/**
 * Runs work, so much at once and no more. The queues take turns, and within a queue the keys do: who sends much waits
 * behind itself. A full queue has room for a key with less all the same: the last piece of the key with most is refused
 * for it. Refused is said at once, by OverloadedError.
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

  /** Makes room where somebody has two pieces more than who comes. */
  function hasRoom(line: Line, own: number): boolean {
    const all = [...line.values()];
    if (all.reduce((sum, { length }) => sum + length, 0) < waiting) return true;
    const longest = all.reduce((most, some) => (some.length > most.length ? some : most), []);
    if (longest.length <= own + 1) return false;
    longest.pop()?.refuse(new OverloadedError(retryAfterSeconds));
    return true;
  }

  /** A place that becomes free is handed on, so nobody who comes later can take it. */
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

/** One piece of the first, which goes to the end of the others, or away when it has no more. */
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
