import { Database } from 'bun:sqlite';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedLog } from '@souk/chassis/log/embedded/embedded-log';
import { logParts, RAW_TOPIC } from './log-parts.ts';
import { type RawPart, rawPart } from './raw-part.ts';

const ROWS = 1000;
const PAYLOAD = 'x'.repeat(200);

/** Measures an SQLite file and the embedded log, with durable writes. */
export async function sqliteParts(): Promise<readonly RawPart[]> {
  const folder = await mkdtemp(join(tmpdir(), 'souk-raw-'));
  try {
    return [...(await tableParts(join(folder, 'raw.db'))), ...(await embeddedLogParts(join(folder, 'log.db')))];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function tableParts(path: string): Promise<readonly RawPart[]> {
  const database = new Database(path);
  try {
    for (const pragma of ['journal_mode=WAL', 'synchronous=FULL']) database.run(`pragma ${pragma}`);
    database.run('create table raw (id integer primary key, payload text not null)');
    const insert = database.query('insert into raw (payload) values (?)');
    const many = database.transaction(() => {
      for (let i = 0; i < ROWS; i += 1) insert.run(PAYLOAD);
    });
    return [
      await rawPart(`SQLite: rows of 200 bytes, ${ROWS} to a commit`, ROWS, () => many.immediate()),
      await rawPart('SQLite: commits of one row', 1, () => void insert.run(PAYLOAD)),
    ];
  } finally {
    database.close();
  }
}

async function embeddedLogParts(path: string): Promise<readonly RawPart[]> {
  const log = openEmbeddedLog({ path, topics: [{ name: RAW_TOPIC, partitions: 3 }] });
  try {
    return await logParts('embedded log', log);
  } finally {
    await log.close();
  }
}
