export interface PlacesOptions {
  /** Places of all keys together. */
  readonly inAll: number;
  /** Places of one key, so that one caller leaves some to the others. */
  readonly perKey: number;
}

/** `of-key`: this key has all it may have; `in-all`: nobody gets any. */
export type NoPlace = 'of-key' | 'in-all';

export interface Places {
  /** Gives the places back when it is called, and does nothing when it is called again. Text: there are not that many left. */
  take(key: string, count?: number): (() => void) | NoPlace;
  /** Places that are taken, of all keys. */
  readonly taken: number;
}

/**
 * Counts what callers hold at once: requests, connections or bytes. Keys are forgotten with their last place, so no more of them are
 * remembered than there are places.
 */
export function places({ inAll, perKey }: PlacesOptions): Places {
  const byKey = new Map<string, number>();
  let taken = 0;

  function give(key: string, count: number): void {
    taken -= count;
    const left = (byKey.get(key) ?? 0) - count;
    if (left > 0) byKey.set(key, left);
    else byKey.delete(key);
  }

  return {
    take(key, count = 1) {
      const own = byKey.get(key) ?? 0;
      if (own + count > perKey) return 'of-key';
      if (taken + count > inAll) return 'in-all';
      byKey.set(key, own + count);
      taken += count;
      let isHeld = true;
      return () => {
        if (isHeld) give(key, count);
        isHeld = false;
      };
    },
    get taken() {
      return taken;
    },
  };
}
