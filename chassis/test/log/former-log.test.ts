import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { Database } from 'bun:sqlite';
import { join } from 'node:path';
import { type EmbeddedLog, openEmbeddedLog } from '../../src/log/embedded/embedded-log.ts';
import { EventLogError, type ReceivedMessage } from '../../src/log/event-log.ts';
import { openLogReader } from '../../src/log/embedded/log-reader.ts';
import { partitionOf } from '../../src/log/partitions.ts';
import { type TemporaryFolder, temporaryFolder } from '../../src/testing/temporary-store.ts';
import { until } from '../../src/testing/until.ts';
import { FORMER_QUESTION, writeFormerLog } from './former-log.ts';
import { message, numbered, orderByKey, recorder } from './log-fixture.ts';

const TOPICS = ['orders', 'payments'];
const former = [...numbered(700), ...numbered(300, { topic: 'payments' })];
const later = numbered(5000).map((each) => ({ ...each, value: `later ${each.value}` }));

describe('a log that an earlier version has written', () => {
  let folder: TemporaryFolder;
  let path = '';
  const open = (): EmbeddedLog => openEmbeddedLog({ path, topics: [{ name: 'orders', partitions: 3 }, { name: 'payments', partitions: 3 }, { name: 'news', partitions: 3 }] });

  beforeEach(() => {
    folder = temporaryFolder();
    path = join(folder.path, 'log.db');
    writeFormerLog(path, { topics: TOPICS, messages: former, inRuns: 600 });
  });
  afterEach(() => folder.remove());

  test('opens and goes on: its messages in order, new ones after them, its groups at their offsets', async () => {
    const first = open();
    expect(first.lag('readers').reduce((sum, { messages }) => sum + messages, 0)).toBeLessThan(former.length);
    await first.send(later);
    await first.close();
    const log = open();
    const sent = [...former, ...later];
    const read = TOPICS.flatMap((topic) => [...log.records(topic)]);
    expect(read.length).toBe(sent.length);
    expect(orderByKey(read)).toEqual(orderByKey(sent));
    for (const { offset, value } of read) expect(Number(offset) > former.length).toBe(value.startsWith('later'));
    const reader = recorder();
    await log.subscribe({ group: 'readers', topics: TOPICS, handle: reader.handle });
    const isHandled = ({ topic, partition, offset }: ReceivedMessage) => topic === 'orders' && partition === partitionOf('key-0', 3) && Number(offset) < 5;
    const expected = read.filter((each) => !isHandled(each));
    await until('all are handled', () => reader.received.length === expected.length);
    expect(orderByKey(reader.received)).toEqual(orderByKey(expected));
    await log.close();
  });

  test('is not rewritten; new messages are stored in blocks', async () => {
    const log = open();
    await log.send(later);
    await log.close();
    using db = new Database(path, { readonly: true });
    const rows = db.query<{ rows: number }, []>('select count(*) as rows from records').get()?.rows;
    const blocks = db.query<{ blocks: number }, []>('select count(*) as blocks from blocks').get()?.blocks;
    expect(rows).toBe(former.length);
    expect(blocks).toBeLessThan(50);
  });

  test('returns the bytes of what another program wrote there, if they are not text', async () => {
    using db = new Database(path);
    db.run("update records set value = x'63616665e9' where id = 701");
    db.run("update records set key = cast(x'ff' as text) where id = 702");
    const log = open();
    const read = [...log.records('payments')];
    expect(read.find(({ offset }) => offset === '701')).toMatchObject({ value: 'cafe\uFFFD', binary: { value: 'Y2FmZek=' } });
    expect(read.find(({ offset }) => offset === '702')).toMatchObject({ key: '\uFFFD', binary: { key: '/w==' } });
    await log.close();
  });

  test('is refused by a reader until a shop of this version has opened it, and the reader says so', async () => {
    expect(codeOf(() => openLogReader(path))).toBe('earlier-version');
    await open().close();
    const reader = openLogReader(path);
    expect([...reader.records('payments')].length).toBe(300);
    reader.close();
  });

  test('once opened by this version, tells the earlier one why it cannot open it', async () => {
    await open().close();
    using db = new Database(path);
    expect(() => db.query(FORMER_QUESTION).all()).toThrow('this event log was written by a later version of Souk, and only that can open it');
  });
});

test('a log of a later version is refused with an explanation, by writer and reader', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'log.db');
  const log = openEmbeddedLog({ path, topics: [{ name: 'orders', partitions: 3 }] });
  await log.send([message('1')]);
  await log.close();
  using db = new Database(path);
  db.run('pragma user_version = 2');
  expect(codeOf(() => openEmbeddedLog({ path, topics: [] }))).toBe('later-version');
  expect(codeOf(() => openLogReader(path))).toBe('later-version');
});

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return error instanceof EventLogError ? error.code : String(error);
  }
  return 'none';
}
