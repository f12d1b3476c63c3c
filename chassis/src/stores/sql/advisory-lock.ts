/** A lock that one process at a time can hold. */
export interface AdvisoryLock {
  /**
   * Swaps the names of the tables of each pair, all at once: no transaction sees only some of them swapped. Throws
   * `StorageError`: `retry` when others use them (nothing has happened), anything else when another process may hold the lock by now.
   */
  exchange(pairs: readonly (readonly [string, string])[]): Promise<void>;
  /** The lock also ends with the process. */
  release(): Promise<void>;
}

/** The renames, in order, that make up an exchange. */
export function exchangeSteps(pairs: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  return pairs.flatMap(([a, b]) => [
    [a, `${a}_exchanged`],
    [b, a],
    [`${a}_exchanged`, b],
  ] as const);
}
