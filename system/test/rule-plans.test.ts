import { Database } from 'bun:sqlite';
import { expect, test } from 'bun:test';
import { FACT_TABLES } from '../src/verify/fact-store.ts';
import { RULES } from '../src/verify/check-shop.ts';

interface Step {
  readonly id: number;
  readonly parent: number;
  readonly detail: string;
}

const DECLARED = Object.entries<{ readonly columns: object; readonly indexes?: readonly (readonly string[])[] }>(FACT_TABLES);

function factTables(): Database {
  const database = new Database(':memory:');
  for (const [table, { columns, indexes = [] }] of DECLARED) {
    database.run(`create table ${table} (${Object.keys(columns).map((column) => `"${column}"`).join(', ')})`);
    for (const index of indexes) database.run(`create index "${[table, ...index].join('_')}" on ${table} (${index.join(', ')})`);
  }
  return database;
}

/** Tables that are scanned for every row of another: a million times a million. */
function scansPerRow(plan: readonly Step[]): string[] {
  const scans = plan.filter(({ detail }) => detail.startsWith('SCAN ') && !/VIRTUAL TABLE|CONSTANT ROW/.test(detail));
  const ofInnerLoops = [...Map.groupBy(scans, ({ parent }) => parent).values()].flatMap(([, ...inner]) => inner);
  const correlated = new Set(plan.filter(({ detail }) => detail.startsWith('CORRELATED')).map(({ id }) => id));
  return [...ofInnerLoops, ...scans.filter(({ parent }) => correlated.has(parent))].map(({ detail }) => detail);
}

test('no query of a rule scans a table for each row of another', () => {
  using database = factTables();
  const plans = RULES.flatMap(({ promise, violations }) =>
    violations.map((query) => ({ promise, scans: scansPerRow(database.query<Step, []>(`explain query plan ${query}`).all()) })),
  );
  expect(plans.filter(({ scans }) => scans.length > 0)).toEqual([]);
  const careless = 'select o.id, (select count(*) from lows l where l.available < o.total) from orders o';
  expect(scansPerRow(database.query<Step, []>(`explain query plan ${careless}`).all())).toEqual(['SCAN l']);
});
