import { FACT_TABLES, type FactStore, openFactStore } from '../../src/verify/fact-store.ts';
import type { Facts } from '../../src/verify/facts.ts';
import { readFacts } from '../../src/verify/read-facts.ts';
import { type Rule, type Violation, violationsOf } from '../../src/verify/rule.ts';
import { RULES } from '../../src/verify/check-shop.ts';
import type { ShopRecords } from '../../src/verify/shop-records.ts';

type Table = keyof Facts;

/** All facts of a small shop. */
export type Snapshot = { readonly [T in Table]: readonly Facts[T][] };

const TABLES = Object.keys(FACT_TABLES) as readonly Table[];

export function snapshotOf(facts: FactStore): Snapshot {
  return Object.fromEntries(TABLES.map((table) => [table, facts.all(table)])) as unknown as Snapshot;
}

/** Reads a stopped or resting shop. `accepted` are ids of orders that callers were promised. */
export async function readSnapshot(records: ShopRecords, accepted: readonly string[] = []): Promise<Snapshot> {
  using facts = openFactStore();
  facts.add('accepted', accepted.map((id) => ({ id })));
  await readFacts(records, facts);
  return snapshotOf(facts);
}

export function storeOf(snapshot: Snapshot): FactStore {
  const facts = openFactStore();
  for (const table of TABLES) facts.add(table, snapshot[table]);
  facts.index();
  return facts;
}

export function violationsIn(snapshot: Snapshot, rules: readonly Rule[] = RULES): Violation[] {
  using facts = storeOf(snapshot);
  return [...violationsOf(rules, facts)];
}
