import type { Dialect } from '@souk/chassis/stores/sql/sql-database';
import { rowCollection, type SqlCollection } from '@souk/chassis/stores/sql/sql-collection';
import { type CatalogueRebuild, REBUILD_ID } from '../domain/catalogue-rebuild.ts';
import type { CatalogueRebuildsTable } from './order-schema.ts';

export const REBUILD_COLUMNS = [
  'id',
  'run',
  'status',
  'started_at',
  'updated_at',
  'messages',
  'total',
  'skipped',
  'failure',
] as const satisfies (keyof CatalogueRebuildsTable)[];

export function catalogueRebuilds(dialect: Dialect): SqlCollection<CatalogueRebuild> {
  return rowCollection<CatalogueRebuild, CatalogueRebuildsTable>(dialect, {
    table: 'catalogue_rebuilds',
    columns: REBUILD_COLUMNS,
    keyColumn: 'id',
    keyOf: ({ id }) => id,
    toRow: ({ startedAt, updatedAt, ...rest }) => ({ ...rest, started_at: startedAt, updated_at: updatedAt }),
    fromRow: rebuildFromRow,
  });
}

export function rebuildFromRow({ started_at, updated_at, ...row }: CatalogueRebuildsTable): CatalogueRebuild {
  const status = row.status as CatalogueRebuild['status'];
  return { ...row, id: REBUILD_ID, status, startedAt: started_at, updatedAt: updated_at };
}
