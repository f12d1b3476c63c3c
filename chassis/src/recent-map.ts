export interface RecentMap<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
}

/**
 * Remembers `limit` keys at most and half of them at least; those that nobody asked for longest go first. Two generations
 * instead of one Map in order of use: putting a key back at its end leaves holes at its beginning, and finding the first
 * entry behind them cost 20 us.
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
