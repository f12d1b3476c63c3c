import { forgetRows } from '@souk/chassis/stores/sql/forget-rows';
import type { SqlDatabase } from '@souk/chassis/stores/sql/sql-database';
import { sql } from 'kysely';
import type { UserSchema } from './user-schema.ts';
import type { UserStore } from './user-store.ts';

/** Deletes without a decision: no decision needs a session that is over. */
export function forgetSqlSessions(database: SqlDatabase<UserSchema>): UserStore['forgetSessions'] {
  const { reader, dialect } = database;
  return (overForMs, limit) => {
    const over = reader
      .selectFrom('sessions')
      .select('id')
      .where('live_until', '<', sql<number>`${dialect.now} - ${overForMs}`)
      .orderBy('live_until')
      .limit(limit);
    return forgetRows(database, 'sessions', 'id', over.compile());
  };
}

/** Deletes without a decision, like sessions: a link that is over opens nothing. */
export function forgetSqlLinks(database: SqlDatabase<UserSchema>): UserStore['forgetLinks'] {
  const { reader, dialect } = database;
  return (limit) => {
    const over = reader
      .selectFrom('account_links')
      .select('user_id')
      .where('forgotten_at', '<', sql<number>`${dialect.now}`)
      .orderBy('forgotten_at')
      .limit(limit);
    return forgetRows(database, 'account_links', 'user_id', over.compile());
  };
}

/** Deletes without a decision, like sessions: attempts that are over count for nothing. */
export function forgetSqlAttempts(database: SqlDatabase<UserSchema>): UserStore['forgetAttempts'] {
  const { reader, dialect } = database;
  return (limit) => {
    const over = reader
      .selectFrom('sign_in_attempts')
      .select('id')
      .where('forgotten_at', '<', sql<number>`${dialect.now}`)
      .orderBy('forgotten_at')
      .limit(limit);
    return forgetRows(database, 'sign_in_attempts', 'id', over.compile());
  };
}
