export interface RecentMap<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
}

/**
 * Remembers at most `limit` keys and at least half as many; the least recently used go first. Two generations instead of one
 * Map in order of use: moving a key to the end of a Map leaves holes at its beginning, and finding the first entry behind them
 * cost 20 us.
 */
export function recentMap<Value>(limit: number): RecentMap<Value> {
  let recent = new Map<string, Value>();
  let earlier: ReadonlyMap<string, Value> = new Map();

  function set(key: string, value: Value): void {
    recent.set(key, value);
    if (recent.size < limit / 2) return;
    earlier = recent;
    recent = new Map();
  }

  return {
    get(key) {
      const known = recent.get(key);
      if (known !== undefined) return known;
      const older = earlier.get(key);
      if (older !== undefined) set(key, older);
      return older;
    },
    set,
  };
}
