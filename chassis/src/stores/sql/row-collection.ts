import type { Dialect } from './dialect.ts';
import type { SqlCollection } from './sql-collection.ts';
import type { ViewMemory } from './view-memory.ts';

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
