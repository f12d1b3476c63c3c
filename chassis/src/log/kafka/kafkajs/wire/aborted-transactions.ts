import type { BatchHead } from './record-batch.ts';

/** An entry of a Fetch response: this producer's records from `firstOffset` up to its next marker are aborted. */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

/** Returns a predicate for a partition's batches, called in their order: true for those without messages (markers and aborted ones). */
export function leftOut(aborted: readonly AbortedTransaction[]): (head: BatchHead) => boolean {
  const toCome = aborted.toSorted((a, b) => b.firstOffset - a.firstOffset);
  const producers = new Set<number>();
  return ({ attributes, producerId, lastOffset }) => {
    const isMarker = (attributes & CONTROL) !== 0;
    if ((attributes & TRANSACTIONAL) === 0) return isMarker;
    for (let next = toCome.at(-1); next !== undefined && next.firstOffset <= lastOffset; next = toCome.at(-1)) {
      producers.add(next.producerId);
      toCome.pop();
    }
    // The transaction is over, committed or aborted.
    if (isMarker) producers.delete(producerId);
    return isMarker || producers.has(producerId);
  };
}
