import type { FactStore } from './fact-store.ts';

/** A promise as a sentence, and the queries that find violations of it. */
export interface Rule {
  readonly promise: string;
  /** SQL over the tables of facts.ts: every row of every query is one violation, in words. No rows: the promise is kept. */
  readonly violations: readonly string[];
}

export interface Violation {
  readonly promise: string;
  readonly what: string;
}

/** `checking` is called with every rule before it is checked. */
export function* violationsOf(
  rules: readonly Rule[],
  facts: FactStore,
  checking: (rule: Rule) => void = () => undefined,
): Iterable<Violation> {
  for (const rule of rules) {
    checking(rule);
    for (const query of rule.violations) for (const what of facts.texts(query)) yield { promise: rule.promise, what };
  }
}
