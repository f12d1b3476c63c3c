interface Limits {
  readonly count: number;
  readonly bytes: number;
}

export interface BoundedMap<Value> {
  get(key: string): Value | undefined;
  /** `bytes`: its approximate size */
  set(key: string, value: Value, bytes: number): void;
  delete(key: string): void;
  clear(): void;
}

interface Sized<Value> {
  readonly value: Value;
  readonly bytes: number;
}

/** A map that is always within both limits. The oldest entries are dropped first, in halves: see `recentMap` for why not one by one. */
export function boundedMap<Value>({ count, bytes: most }: Limits): BoundedMap<Value> {
  let recent = new Map<string, Sized<Value>>();
  let earlier = new Map<string, Sized<Value>>();
  let recentBytes = 0;

  function remove(key: string): void {
    recentBytes -= recent.get(key)?.bytes ?? 0;
    recent.delete(key);
    earlier.delete(key);
  }

  return {
    get: (key) => (recent.get(key) ?? earlier.get(key))?.value,
    set(key, value, bytes) {
      remove(key);
      if (bytes > most / 2) return;
      if (recent.size >= count / 2 || recentBytes + bytes > most / 2) {
        earlier = recent;
        recent = new Map();
        recentBytes = 0;
      }
      recent.set(key, { value, bytes });
      recentBytes += bytes;
    },
    delete: remove,
    clear() {
      recent = new Map();
      earlier = new Map();
      recentBytes = 0;
    },
  };
}
