export interface PlacesOptions {
  /** Maximum number of places of all keys together. */
  readonly inAll: number;
  /** Maximum number of places of one key, so that one caller leaves some to the others. */
  readonly perKey: number;
}

/** `of-key`: the key would exceed its own limit; `in-all`: the limit of all keys would be exceeded. */
export type NoPlace = 'of-key' | 'in-all';

export interface Places {
  /** Takes places. Returns a function that gives them back and does nothing when called again, or the limit that has been reached. */
  take(key: string, count?: number): (() => void) | NoPlace;
  /** Number of places taken by all keys. */
  readonly taken: number;
}

/**
 * Limits what callers hold at once: requests, connections or bytes. A key is forgotten with its last place, so no more keys are
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
