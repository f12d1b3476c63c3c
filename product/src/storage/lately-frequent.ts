/** Time for which a piece counts as frequent before its products are counted again. */
const FOR_MS = 60_000;

/** Pieces that are remembered at most; the oldest are forgotten first. */
const REMEMBERED = 2000;

export interface LatelyFrequent {
  has(piece: string): boolean;
  add(piece: string): void;
}

/**
 * Remembers pieces of words that led to too many products a moment ago. Counting costs a look at each product, and shops are
 * asked for the same words again and again. A piece that becomes rare leads again a minute later; until then the list is walked.
 */
export function latelyFrequent(now: () => number = () => performance.now()): LatelyFrequent {
  const until = new Map<string, number>();
  return {
    has: (piece) => (until.get(piece) ?? -Infinity) > now(),
    add(piece) {
      until.delete(piece);
      until.set(piece, now() + FOR_MS);
      const [oldest] = until.keys();
      if (until.size > REMEMBERED && oldest !== undefined) until.delete(oldest);
    },
  };
}
