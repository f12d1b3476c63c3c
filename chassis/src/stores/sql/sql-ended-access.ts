import { type Kysely, sql } from 'kysely';
import type { EndedAccessReads } from '../../engine/ended-access.ts';
import { ENDED_ACCESS_COLUMNS, endedAccessFromRow } from './chassis-collections.ts';
import type { ChassisSchema } from './chassis-schema.ts';
import type { SqlDatabase } from './sql-database.ts';

export function sqlEndedAccess({ reader, dialect }: SqlDatabase<unknown>): EndedAccessReads {
  const endings = () => (reader as Kysely<ChassisSchema>).selectFrom('ended_access');
  return {
    async since(at) {
      return (await endings().select(ENDED_ACCESS_COLUMNS).where('at', '>=', at).orderBy('at').execute()).map(endedAccessFromRow);
    },
    async olderThan(ms, limit) {
      const old = endings().select('id').where('at', '<', sql<number>`${dialect.now} - ${ms}`).orderBy('at').limit(limit);
      return (await old.execute()).map(({ id }) => id);
    },
  };
}
