import { Database } from 'bun:sqlite';
import { expect, test } from 'bun:test';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { openEmbeddedLog } from '../../../src/log/embedded/embedded-log.ts';
import { openSqlite } from '../../../src/stores/sql/sqlite-database.ts';
import { temporaryFolder } from '../../../src/testing/temporary-store.ts';
import { WAL_LIMIT } from '../../../src/checkpoints.ts';
import { until } from '../../../src/testing/until.ts';
import { writing } from './opened-mysql.ts';

const MB = 1024 * 1024;
const sizeOf = (path: string) => statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;

/** Somebody with a shell, a backup, the checker: reads as of one moment until it ends. */
function foreignReader(path: string, table: string): Disposable {
  const database = new Database(path, { readonly: true });
  database.run('begin');
  database.query(`select count(*) from ${table}`).get();
  return { [Symbol.dispose]: () => database.close() };
}

test('the WAL of a store falls below its limit once a long reader has ended, while the store goes on', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'store.db');
  const database = openSqlite({ path });
  await database.migrate({ things: { up: (db) => db.schema.createTable('things').addColumn('text', 'text').execute() } });
  const write = (text: string) => database.transact(() => writing([database.dialect.insert('things', ['text'], [[text]])]));
  {
    using _ = foreignReader(path, 'things');
    for (let written = 0; written < 60; written += 1) await write('x'.repeat(MB));
    expect(sizeOf(path)).toBeGreaterThan(50 * MB);
  }
  await until('the WAL is small again', async () => {
    // As every service's writer does while nothing happens: it renews its lease.
    await write('still here');
    return sizeOf(path) <= WAL_LIMIT;
  }, 30_000);
  await database.close();
}, 60_000);

test('the WAL of the event log falls below its limit once a long reader has ended, even if nobody sends', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'events.db');
  const log = openEmbeddedLog({ path, topics: [{ name: 'news', partitions: 1 }] });
  // Nothing that could be compressed.
  const value = () => crypto.getRandomValues(Buffer.alloc(MB / 4)).toString('hex');
  const send = () => log.send([{ topic: 'news', key: 'k', value: value(), headers: {} }]);
  {
    using _ = foreignReader(path, 'blocks');
    for (let sent = 0; sent < 240; sent += 1) await send();
    expect(sizeOf(path)).toBeGreaterThan(50 * MB);
  }
  await until('the WAL is small again', () => sizeOf(path) <= WAL_LIMIT, 30_000);
  for (let sent = 0; sent < 240; sent += 1) await send();
  await until('the WAL is small once more', () => sizeOf(path) <= WAL_LIMIT, 30_000);
  expect([...log.records('news')]).toHaveLength(480);
  await log.close();
}, 60_000);
