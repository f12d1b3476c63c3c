import type { Snapshot } from './snapshot.ts';

/** A promise as a sentence, and where it is broken. */
export interface Rule {
  readonly promise: string;
  /** Each violation in words; none when the promise is kept. */
  violations(snapshot: Snapshot): Iterable<string>;
}

export interface Violation {
  readonly promise: string;
  readonly what: string;
}

export function violationsOf(rules: readonly Rule[], snapshot: Snapshot): Violation[] {
  return rules.flatMap(({ promise, violations }) => [...violations(snapshot)].map((what) => ({ promise, what })));
}

export function sumBy<T>(rows: readonly T[], key: (row: T) => string, amount: (row: T) => number): Map<string, number> {
  const sums = new Map<string, number>();
  for (const row of rows) sums.set(key(row), (sums.get(key(row)) ?? 0) + amount(row));
  return sums;
}
