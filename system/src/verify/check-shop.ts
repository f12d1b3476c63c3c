import type { Batches } from './batches.ts';
import { each } from './batches.ts';
import { openFactStore } from './fact-store.ts';
import type { Facts } from './facts.ts';
import { readFacts } from './read-facts.ts';
import { violationsOf } from './rule.ts';
import { RULES } from './rules.ts';
import type { ShopRecords } from './shop-records.ts';

const SHOWN = 20;

export interface Verdict {
  readonly violations: number;
  /** Number of facts read for a table. */
  seen(table: keyof Facts): number;
}

/**
 * Checks every promise and prints the first violations, one per line. `accepted` are order ids that callers were promised.
 * `telling` receives progress messages.
 */
export async function checkShop(
  records: ShopRecords,
  accepted: Batches<string>,
  telling: (progress: string) => void = () => undefined,
): Promise<Verdict> {
  const seen = new Map<keyof Facts, number>();
  using facts = openFactStore((table, count) => {
    seen.set(table, count);
    telling(`reading ${table}: ${count}`);
  });
  await facts.addAll('accepted', each(accepted, (id) => ({ id })));
  await readFacts(records, facts);
  let violations = 0;
  for (const { promise, what } of violationsOf(RULES, facts, (rule) => telling(`checking that ${rule.promise}`))) {
    violations += 1;
    if (violations <= SHOWN) process.stdout.write(`BROKEN ${promise}: ${what}\n`);
  }
  return { violations, seen: (table) => seen.get(table) ?? 0 };
}
