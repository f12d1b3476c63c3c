import { expect, test } from 'bun:test';
import { sqlWriterStore } from '../../../src/stores/sql/sql-writer-store.ts';
import type { SqlDatabase } from '../../../src/stores/sql/sql-database.ts';
import { migrate } from '../../../src/stores/sql/migrations.ts';
import { describeOn } from '../../../src/testing/real-servers.ts';
import { openedMysql } from './opened-mysql.ts';

describeOn(['MySQL'], () => {
  test('looking for a lost commit waits for its end, and sees it even if it comes late', async () => {
    const mysql = await openedMysql();
    const database = mysql.database as unknown as SqlDatabase<unknown>;
    await migrate(database, { 'things-001': { up: async () => undefined } });
    const store = sqlWriterStore(database, {});
    await store.takeLane('one', 'me', { leftMs: Infinity, leaseMs: 5000 });
    // The transaction of a frozen process, or of a connection whose last packet is still on its way.
    await mysql.raw.query('begin');
    await mysql.raw.query("update lanes set transactions = transactions + 1 where lane = 'one'");
    const looked = store.readLane('one');
    await mysql.lockIsWaitedFor();
    await mysql.raw.query('commit');
    expect((await looked)?.transactions).toBe(1);
    await mysql.close();
  }, 15_000);
});
