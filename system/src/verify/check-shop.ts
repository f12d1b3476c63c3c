import { type Batches, each } from './batches.ts';
import { openFactStore } from './fact-store.ts';
import type { Facts } from './facts.ts';
import { GOODS_RULES } from './goods-rules.ts';
import { MESSAGE_RULES } from './message-rules.ts';
import { MONEY_RULES } from './money-rules.ts';
import { ORDER_RULES } from './order-rules.ts';
import { PEOPLE_RULES } from './people-rules.ts';
import { readFacts } from './read-facts.ts';
import { type Rule, violationsOf } from './rule.ts';
import type { ShopRecords } from './shop-records.ts';

/** Every promise that the system keeps once it has come to rest, by subject. */
export const RULES: readonly Rule[] = [...ORDER_RULES, ...GOODS_RULES, ...MONEY_RULES, ...PEOPLE_RULES, ...MESSAGE_RULES];

/** Violations that are printed; the others are only counted. */
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
