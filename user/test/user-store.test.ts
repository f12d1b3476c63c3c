import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { openSqlite } from '@souk/chassis/stores/sql/sqlite-database';
import { temporaryFolder, temporaryStore } from '@souk/chassis/testing/temporary-store';
import { sqlitePlansOf } from '@souk/chassis/testing/query-costs';
import { type CompiledQuery, sql } from 'kysely';
import {
  dueMailsQuery,
  forgetSqlAttempts,
  forgetSqlLinks,
  forgetSqlSessions,
  liveSessionQuery,
  openSqliteUserStore,
  sessionListQuery,
  userListQuery,
} from '../src/storage/open-sqlite.ts';
import type { UserSchema } from '../src/storage/user-schema.ts';
import type { UserStore } from '../src/storage/user-store.ts';
import { describeUserStore } from './user-store-contract.ts';

describeUserStore('SQLite', async () => {
  const folder = temporaryFolder();
  const opened: UserStore[] = [];
  return {
    async open() {
      const store = openSqliteUserStore({ path: join(folder.path, 'user.db'), synchronous: 'NORMAL' });
      opened.push(store);
      await store.migrate();
      return store;
    },
    async dispose() {
      for (const store of opened) await store.close();
      folder.remove();
    },
  };
});

describe('SQLite', () => {
  test('serves the lists and the check of every request by an index, in order', async () => {
    const opened = await temporaryStore(openSqliteUserStore);
    const { reader, dialect, close } = openSqlite<UserSchema>({ path: opened.path });
    const planOf = async ({ sql: text, parameters }: CompiledQuery) => {
      const explain = sql.raw<{ detail: string }>(`explain query plan ${text}`).compile(reader);
      const { rows } = await reader.executeQuery<{ detail: string }>({ ...explain, parameters });
      return rows.map(({ detail }) => detail).join('\n');
    };
    const slice = { before: Bun.randomUUIDv7(), limit: 20 };
    const plans = await Promise.all(
      [
        userListQuery(reader, slice),
        userListQuery(reader, slice, { email: 'ada@example.com' }),
        sessionListQuery(reader, dialect, 'u', slice),
        liveSessionQuery(reader, dialect, 's'),
        dueMailsQuery(reader, dialect, 4),
      ].map((query) => planOf(query.compile())),
    );
    await close();
    await opened.close();
    for (const plan of plans) {
      expect(plan).not.toContain('SCAN');
      expect(plan).not.toContain('TEMP B-TREE');
    }
  });

  test('finds the few who have a role without reading the others', async () => {
    const opened = await temporaryStore(openSqliteUserStore);
    const { reader, close } = openSqlite<UserSchema>({ path: opened.path });
    const query = userListQuery(reader, { before: Bun.randomUUIDv7(), limit: 20 }, { roles: '["customer","staff"]' }).compile();
    const explain = sql.raw<{ detail: string }>(`explain query plan ${query.sql}`).compile(reader);
    const { rows } = await reader.executeQuery<{ detail: string }>({ ...explain, parameters: query.parameters });
    await close();
    await opened.close();
    expect(rows.map(({ detail }) => detail)).toEqual([expect.stringContaining('users_roles')]);
  });

  test('finds what is over by an index on its end', async () => {
    const { path, close } = await temporaryStore(openSqliteUserStore);
    const plans = await sqlitePlansOf<UserSchema>(path, async (database) => {
      await forgetSqlSessions(database)(1000, 10);
      await forgetSqlAttempts(database)(10);
      await forgetSqlLinks(database)(10);
    });
    await close();
    expect(plans).toEqual([
      expect.stringMatching(/^SEARCH sessions USING (COVERING )?INDEX sessions_live_until/),
      expect.stringMatching(/^SEARCH sign_in_attempts USING (COVERING )?INDEX sign_in_attempts_end/),
      expect.stringMatching(/^SEARCH account_links USING (COVERING )?INDEX account_links_end/),
    ]);
  });

  test('is migrated once', async () => {
    using folder = temporaryFolder();
    const store = openSqliteUserStore({ path: join(folder.path, 'user.db') });
    expect(await store.migrate()).not.toEqual([]);
    expect(await store.migrate()).toEqual([]);
    await store.close();
  });
});
