/** Something that one process at a time may do, while it does it. */
export interface AdvisoryLock {
  /**
   * The tables of each pair take each other's names, all at once: no transaction sees some of them exchanged. Throws
   * `StorageError`: `retry` when others use them (nothing has happened), anything else when the name may be another's by now.
   */
  exchange(pairs: readonly (readonly [string, string])[]): Promise<void>;
  /** It also ends with the process. */
  release(): Promise<void>;
}

/** The renames, one after the other, that make an exchange. */
export function exchangeSteps(pairs: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  return pairs.flatMap(([a, b]) => [
    [a, `${a}_exchanged`],
    [b, a],
    [`${a}_exchanged`, b],
  ] as const);
}
