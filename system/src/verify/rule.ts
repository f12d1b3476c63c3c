import type { FactStore } from './fact-store.ts';

/** A promise as a sentence, and where it is broken. */
export interface Rule {
  readonly promise: string;
  /** SQL over the tables of facts.ts: every row of every query is one violation, in words. None when the promise is kept. */
  readonly violations: readonly string[];
}

export interface Violation {
  readonly promise: string;
  readonly what: string;
}

/** `checking` hears of every rule before it is looked at. */
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
