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

/** As sessions: what is over counts for nothing. */
export function forgetSqlAttempts(reader: Kysely<UserSchema>, flavour: Flavour): UserStore['forgetAttempts'] {
  return async (limit) => {
    const over = reader
      .selectFrom('sign_in_attempts')
      .select('id')
      .where('forgotten_at', '<', sql<number>`${flavour.now}`)
      .orderBy('forgotten_at')
      .limit(limit);
    const ids = (await over.execute()).map(({ id }) => id);
    if (ids.length === 0) return 0;
    const deletion = reader.deleteFrom('sign_in_attempts').where(flavour.in('id', ids));
    await deletion.where('forgotten_at', '<', sql<number>`${flavour.now}`).execute();
    return ids.length;
  };
}
