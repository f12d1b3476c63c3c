import type { Flavour } from './flavour.ts';
import type { SqlCollection } from './sql-collection.ts';

export interface RowMapping<Entity, TableRow extends object> {
  readonly table: string;
  /** Every column, the key column among them. */
  readonly columns: readonly (keyof TableRow & string)[];
  readonly keyColumn: keyof TableRow & string;
  keyOf(entity: Entity): string;
  toRow(entity: Entity): TableRow;
  fromRow(row: TableRow): Entity;
}

/** The collection of entities that are one row each, found by one text column. */
export function rowCollection<Entity, TableRow extends object>(
  flavour: Flavour,
  mapping: RowMapping<Entity, TableRow>,
): SqlCollection<Entity> {
  const { table, columns, keyColumn, keyOf, toRow, fromRow } = mapping;
  const changeable = columns.filter((column) => column !== keyColumn);
  const valuesOf = (entity: Entity, names: readonly (keyof TableRow & string)[]) => {
    const row = toRow(entity);
    return names.map((name) => row[name]);
  };
  return {
    key: keyOf,
    load: (keys) => [flavour.load(table, columns, keyColumn, keys)],
    read: ([rows = []]) => rows.map((row) => fromRow(row as TableRow)),
    insert: (entities) => [flavour.insert(table, columns, entities.map((entity) => valuesOf(entity, columns)))],
    update: (changes) => [
      flavour.update(table, changeable, [keyColumn], changes.map(({ after }) => valuesOf(after, [...changeable, keyColumn]))),
    ],
    remove: (entities) => [flavour.remove(table, [keyColumn], entities.map((entity) => [keyOf(entity)]))],
  };
}
