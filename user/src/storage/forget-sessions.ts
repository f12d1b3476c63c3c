import type { Flavour } from '@souk/chassis/sql/flavour';
import { type Kysely, sql } from 'kysely';
import type { UserSchema } from './user-schema.ts';
import type { UserStore } from './user-store.ts';

/** Beside the writer: no decision makes anything of a session that is over, so nobody can miss it. */
export function forgetSqlSessions(reader: Kysely<UserSchema>, flavour: Flavour): UserStore['forgetSessions'] {
  return async (overForMs, limit) => {
    const over = reader
      .selectFrom('sessions')
      .select('id')
      .where('live_until', '<', sql<number>`${flavour.now} - ${overForMs}`)
      .orderBy('live_until')
      .limit(limit);
    const ids = (await over.execute()).map(({ id }) => id);
    if (ids.length === 0) return 0;
    await reader.deleteFrom('sessions').where(flavour.in('id', ids)).execute();
    return ids.length;
  };
}
