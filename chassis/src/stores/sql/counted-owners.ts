import type { Dialect, Tally } from './dialect.ts';
import type { SqlCollection } from './sql-collection.ts';
import type { Row } from './statement.ts';

/** An owner whose things are counted before more may be added. */
export interface CountedOwner {
  readonly id: string;
  /** True if the owner has a row to lock. The owner's first thing creates it. */
  readonly hasRow: boolean;
}

interface Counting<Owner extends CountedOwner> {
  /** A table with one column, `id`. A transaction that adds something locks the owner's row first, and then counts. */
  readonly table: string;
  readonly tally: Tally;
  /** `figures`: undefined if there is nothing to count. */
  ownerOf(figures: Row | undefined): Omit<Owner, keyof CountedOwner>;
}

/**
 * Counts each owner's things from the rows themselves, in the transaction that adds to them, so that no counter has to be
 * decremented when a thing ends. The lock on the owner's row makes processes take turns; inputs of one batch see earlier puts.
 */
export function countedOwners<Owner extends CountedOwner>(dialect: Dialect, { table, tally, ownerOf }: Counting<Owner>): SqlCollection<Owner> {
  const insert = (owners: readonly Owner[]) => [dialect.insert(table, ['id'], owners.map(({ id }) => [id]))];
  return {
    key: ({ id }) => id,
    // Rows before tallies, so that what others have committed during the wait for the lock is counted.
    load: (ids) => [dialect.load(table, ['id'], 'id', ids), dialect.tally(tally, ids)],
    read([rows = [], tallies = []]) {
      const figures = new Map(tallies.map((row) => [String(row[tally.owner]), row]));
      const locked = new Set(rows.map(({ id }) => String(id)));
      return [...new Set([...locked, ...figures.keys()])].map((id) => {
        const owner: CountedOwner & Omit<Owner, keyof CountedOwner> = { ...ownerOf(figures.get(id)), id, hasRow: locked.has(id) };
        // Combines the parts of an owner.
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion
        return owner as unknown as Owner;
      });
    },
    insert,
    update: (changes) => insert(changes.flatMap(({ before, after }) => (before.hasRow ? [] : [after]))),
    remove: (owners) => [dialect.remove(table, ['id'], owners.map(({ id }) => [id]))],
  };
}
