import type { Dialect, Tally } from './dialect.ts';
import type { SqlCollection } from './sql-collection.ts';
import type { Row } from './statement.ts';

/** Somebody whose things are counted before they may have more of them. */
export interface CountedOwner {
  readonly id: string;
  /** Whether there is a row of theirs to lock. Their first thing makes it. */
  readonly hasRow: boolean;
}

interface Counting<Owner extends CountedOwner> {
  /** A table with one column, `id`. Whoever wants more of something locks the owner's row first, and then counts. */
  readonly table: string;
  readonly tally: Tally;
  /** `figures`: undefined where there is nothing to count. */
  ownerOf(figures: Row | undefined): Omit<Owner, keyof CountedOwner>;
}

/**
 * Counts what each owner has from the rows themselves, in the transaction that adds to them: nothing has to be counted down
 * when a thing ends. The lock of the owner's row makes processes take turns; inputs of one batch count by what is put.
 */
export function countedOwners<Owner extends CountedOwner>(dialect: Dialect, { table, tally, ownerOf }: Counting<Owner>): SqlCollection<Owner> {
  const insert = (owners: readonly Owner[]) => [dialect.insert(table, ['id'], owners.map(({ id }) => [id]))];
  return {
    key: ({ id }) => id,
    // The rows first: what others have committed while their lock was waited for is counted.
    load: (ids) => [dialect.load(table, ['id'], 'id', ids), dialect.tally(tally, ids)],
    read([rows = [], tallies = []]) {
      const figures = new Map(tallies.map((row) => [String(row[tally.owner]), row]));
      const locked = new Set(rows.map(({ id }) => String(id)));
      return [...new Set([...locked, ...figures.keys()])].map((id) => {
        const owner: CountedOwner & Omit<Owner, keyof CountedOwner> = { ...ownerOf(figures.get(id)), id, hasRow: locked.has(id) };
        // The parts of an owner, put together.
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion
        return owner as unknown as Owner;
      });
    },
    insert,
    update: (changes) => insert(changes.flatMap(({ before, after }) => (before.hasRow ? [] : [after]))),
    remove: (owners) => [dialect.remove(table, ['id'], owners.map(({ id }) => [id]))],
  };
}
