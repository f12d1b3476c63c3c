import type { BatchHead } from './read-batch.ts';

/** As a Fetch response tells it: what this producer wrote from there on, up to its next marker, counts for nothing. */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

/** Tells of each batch of a partition, in their order, whether it holds no messages: markers, and what was aborted. */
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
    // Whichever way it ended: this one is over.
    if (isMarker) producers.delete(producerId);
    return isMarker || producers.has(producerId);
  };
}
