import type { Remembered, ViewMemory } from './entity-memory.ts';
import type { Dialect, Row, Statement, Tally, Write } from './sql-database.ts';

/** Mapping of one kind of entity to the tables of a SQL store: loads by key, bulk writes. */
export interface SqlCollection<Entity> extends Remembered<Entity> {
  /** The statements that load and lock the entities with these keys (sorted, at most a batch's worth). Keys may be refined by the adapter. */
  load(keys: readonly string[]): readonly Statement[];
  /** One result per statement of `load`. */
  read(results: readonly (readonly Row[])[]): readonly Entity[];
  insert(entities: readonly Entity[]): readonly Write[];
  update(changes: readonly { readonly before: Entity; readonly after: Entity }[]): readonly Write[];
  remove(entities: readonly Entity[]): readonly Write[];
}

/** A collection whose entities are only ever added, and never read by a decision. */
export function appendOnly<Entity>(key: (entity: Entity) => string, insert: SqlCollection<Entity>['insert']): SqlCollection<Entity> {
  const refuse = (): never => {
    throw new Error('an append-only collection is neither loaded nor changed');
  };
  return { key, load: refuse, read: refuse, insert, update: refuse, remove: refuse };
}

export interface RowMapping<Entity, TableRow extends object> {
  readonly table: string;
  /** Every column, including the key column. */
  readonly columns: readonly (keyof TableRow & string)[];
  readonly keyColumn: keyof TableRow & string;
  keyOf(entity: Entity): string;
  toRow(entity: Entity): TableRow;
  fromRow(row: TableRow): Entity;
  /** If present, entities are remembered between batches, see `Guarding`. */
  readonly remembered?: {
    /** Columns that together distinguish every state that a row has ever been in. */
    readonly guard: readonly (keyof TableRow & string)[];
    bytesOf(entity: Entity): number;
  };
}

/** The collection of entities that are one row each, found by one text column. */
export function rowCollection<Entity, TableRow extends object>(
  dialect: Dialect,
  mapping: RowMapping<Entity, TableRow>,
): SqlCollection<Entity> {
  const { table, columns, keyColumn, keyOf, toRow, fromRow, remembered } = mapping;
  const guard = remembered?.guard ?? [];
  const changeable = columns.filter((column) => column !== keyColumn);
  const valuesOf = (entity: Entity, names: readonly (keyof TableRow & string)[]) => {
    const row = toRow(entity);
    return names.map((name) => row[name]);
  };
  const stateOf = (entity: Entity) => (guard.length === 0 ? [] : valuesOf(entity, guard));
  return {
    key: keyOf,
    load: (keys) => [dialect.load(table, columns, keyColumn, keys)],
    read: ([rows = []]) => rows.map((row) => fromRow(row as TableRow)),
    insert: (entities) => [dialect.insert(table, columns, entities.map((entity) => valuesOf(entity, columns)))],
    update: (changes) => [
      dialect.update(
        table,
        changeable,
        [keyColumn],
        changes.map(({ before, after }) => [...valuesOf(after, [...changeable, keyColumn]), ...stateOf(before)]),
        guard,
      ),
    ],
    remove: (entities) => [dialect.remove(table, [keyColumn], entities.map((entity) => [keyOf(entity)]))],
    ...(remembered && {
      memory: {
        stateOf,
        hold: (entities) => [dialect.hold(table, [keyColumn], guard, entities.map((entity) => [keyOf(entity), ...stateOf(entity)]))],
        bytesOf: remembered.bytesOf,
      },
    }),
  };
}

/** A view of the same entities for decisions that need no lock on them. A decision that puts one puts it here as well; nothing is written for that. */
export function rowView<Entity extends object, TableRow extends object>(
  dialect: Dialect,
  { table, columns, keyColumn, keyOf, fromRow }: Pick<RowMapping<Entity, TableRow>, 'table' | 'columns' | 'keyColumn' | 'keyOf' | 'fromRow'>,
  seen: ViewMemory<Entity>,
): SqlCollection<Entity> {
  return {
    key: keyOf,
    load: (keys) => [dialect.look(table, columns, keyColumn, keys)],
    read: ([rows = []]) => rows.map((row) => fromRow(row as TableRow)),
    insert: () => [],
    update: () => [],
    remove: () => [],
    seen,
  };
}

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
