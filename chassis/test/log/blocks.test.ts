import { describe, expect, test } from 'bun:test';
import { Database } from 'bun:sqlite';
import { join } from 'node:path';
import { array, assert, asyncProperty, boolean, constantFrom, integer, oneof, record, string, tuple } from 'fast-check';
import { cutIntoBlocks, messagesIn, storedParts, toBlock, unpacked } from '../../src/log/embedded/block.ts';
import { type EmbeddedLog, openEmbeddedLog } from '../../src/log/embedded/embedded-log.ts';
import type { LogMessage, ReceivedMessage } from '../../src/log/event-log.ts';
import { openLogReader } from '../../src/log/embedded/log-reader.ts';
import { assignPartition } from '../../src/log/embedded/journal.ts';
import { temporaryFolder } from '../../src/testing/temporary-store.ts';
import { until } from '../../src/testing/until.ts';
import { contractTopics, message, numbered, orderByKey, recorder } from './log-fixture.ts';

const TOPICS = contractTopics.map(({ name }) => name);
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 0x7fffffff));
const topics = new Map(contractTopics.map(({ name, partitions }, topic) => [name, Array.from({ length: partitions }, (_, number) => ({ id: topic * 3 + number, topic: name, number }))]));

/** Texts of every length and script, and now and then many bytes that cannot be compressed. */
const text = oneof({ weight: 20, arbitrary: string({ unit: 'binary', maxLength: 40 }) }, { weight: 1, arbitrary: integer({ min: 1, max: 90_000 }).map(noise) });
const anyMessage = record({ topic: constantFrom(...TOPICS), key: string({ unit: 'grapheme', maxLength: 4 }), value: text, headers: tuple(text, text).map(([a, b]) => ({ a, [`h-${a.length}`]: b })) });

function noise(length: number): string {
  return crypto.getRandomValues(Buffer.alloc(length)).toString('base64').slice(0, length);
}

function placed(messages: readonly LogMessage[]) {
  const all = messages.map((each) => assignPartition(topics, each)).flatMap((each) => ('cause' in each ? [] : [each]));
  return all.toSorted((one, other) => one.partition.id - other.partition.id);
}

const sentOf = ({ topic, key, value, headers }: LogMessage) => ({ topic, key, value, headers });
const allOf = (log: Pick<EmbeddedLog, 'records'>): ReceivedMessage[] => TOPICS.flatMap((topic) => [...log.records(topic)]);

describe('blocks', () => {
  test(`return all messages, those of a partition side by side, in blocks of bounded size (SEED=${seed})`, async () => {
    await assert(
      asyncProperty(array(anyMessage, { maxLength: 60 }), async (messages) => {
        const sorted = placed(messages);
        const blocks = cutIntoBlocks(sorted);
        expect(blocks.flat()).toEqual(sorted);
        for (const block of blocks) {
          const stored = toBlock(block);
          const raw = unpacked(stored);
          if (block.length > 1) expect(raw.length).toBeLessThanOrEqual(64 * 1024 + block.length * 12);
          expect(stored.body.length).toBeLessThanOrEqual(raw.length);
          expect(storedParts(stored.spans)).toEqual([...stored.parts]);
          expect(new Set(stored.parts.map(({ partitionId }) => partitionId)).size).toBe(stored.parts.length);
          const skipped = Math.floor(block.length / 2);
          const texts = messagesIn(raw, skipped, block.length - skipped);
          expect(texts).toEqual(block.slice(skipped).map(({ message: { key, value, headers } }) => ({ key, value, headers })));
        }
      }),
      { seed, numRuns: 100 },
    );
  });

  test(`random sends with random reopenings are read completely, by partition and from any offset (SEED=${seed})`, async () => {
    const step = record({ messages: array(anyMessage, { maxLength: 40 }), sends: integer({ min: 1, max: 8 }), reopens: boolean() });
    await assert(asyncProperty(array(step, { minLength: 1, maxLength: 8 }), play), { seed, numRuns: 15 });
  }, 120_000);

  async function play(steps: readonly { messages: readonly LogMessage[]; sends: number; reopens: boolean }[]): Promise<void> {
    using folder = temporaryFolder();
    const open = () => openEmbeddedLog({ path: join(folder.path, 'log.db'), topics: contractTopics, synchronous: 'OFF' });
    let log = open();
    const sent: LogMessage[] = [];
    for (const { messages, sends, reopens } of steps) {
      const each = Math.ceil(messages.length / sends);
      await Promise.all(Array.from({ length: sends }, (_, index) => log.send(messages.slice(index * each, (index + 1) * each))));
      sent.push(...messages);
      if (reopens) {
        await log.close();
        log = open();
      }
    }
    const all = allOf(log);
    for (const topic of TOPICS) {
      const read = all.filter((one) => one.topic === topic);
      const partitions = Map.groupBy(read, ({ partition }) => partition);
      for (const [number, inOrder] of partitions) {
        const expected = sent.filter((one) => one.topic === topic && placed([one])[0]?.partition.number === number);
        expect(inOrder.map(sentOf)).toEqual(expected.map(sentOf));
        const offsets = inOrder.map(({ offset }) => Number(offset));
        expect(offsets).toEqual(offsets.toSorted((one, other) => one - other));
      }
      expect(read.length).toBe(sent.filter((one) => one.topic === topic).length);
    }
    expect(new Set(all.map(({ offset }) => offset)).size).toBe(sent.length);
    expect(log.lag('nobody').reduce((sum, { messages }) => sum + messages, 0)).toBe(sent.length);
    await log.close();
  }

  test('a damaged block is reported with file, block and offset; other partitions go on', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'log.db');
    const first = openEmbeddedLog({ path, topics: contractTopics });
    await first.send(numbered(50, { topic: 'narrow' }));
    await first.send(numbered(50));
    await first.send(numbered(50, { topic: 'narrow' }));
    await first.close();
    const damages = [
      "update blocks set body = substr(body, 1, 20) || x'00' || substr(body, 22) where first_id = 101",
      'update blocks set body = substr(body, 1, 30) where first_id = 101',
      'update blocks set form = 7 where first_id = 101',
      'update blocks set checksum = checksum + 1 where first_id = 101',
      'delete from blocks where first_id = 101',
    ];
    const whole = await Bun.file(path).bytes();
    for (const damage of damages) {
      await Bun.write(path, whole);
      // The run index is in memory until there is a run: stored, so that a block that is not there is missed.
      using db = new Database(path);
      db.run(`insert into runs values (6, 150, 100, '{"gaps":[1,50,50,50]}')`);
      for (const partition of [0, 1, 2]) db.run(`insert into runs select ${partition}, 50, 1, '{"gaps":[51,1]}'`);
      db.run(damage);
      const log = openEmbeddedLog({ path, topics: contractTopics });
      const failures: string[] = [];
      expect(() => [...log.records('narrow')]).toThrow(/log\.db is damaged in block \d+: .+\. Messages of narrow\/0 from offset 101 on cannot be read/);
      const reader = recorder();
      await log.subscribe({ group: 'readers', topics: ['narrow'], handle: reader.handle });
      await log.send([message('new', { topic: 'payments' })]);
      await log.subscribe({ group: 'others', topics: ['payments'], handle: async () => void failures.push('read') });
      await until('others go on', () => failures.length === 1);
      await log.close();
    }
  });

  test('bytes in a block that are not text come with the message', () => {
    const { body } = toBlock(placed([message('abc', { key: 'k' })]));
    const raw = Buffer.from(body);
    raw[raw.indexOf('b')] = 0xe9;
    expect(messagesIn(raw, 0, 1)).toEqual([{ key: 'k', value: 'a\uFFFDc', headers: {}, binary: { value: Buffer.from([0x61, 0xe9, 0x63]).toString('base64') } }]);
  });

  test('a reader beside the writer sees the log as it was when the reader was opened, however much is written meanwhile', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'log.db');
    const log = openEmbeddedLog({ path, topics: contractTopics, synchronous: 'OFF' });
    const sent = numbered(3000);
    for (const each of sent) await log.send([each]);
    const reader = openLogReader(path);
    const reading = reader.records('orders');
    const seen = [reading.next().value, reading.next().value].flatMap((one) => one ?? []);
    // Runs are stored meanwhile, also of what the reader has found by itself.
    for (let round = 0; round < 60; round += 1) await log.send(numbered(200, { keys: 50 }));
    for (let single = 0; single < 3000; single += 1) await log.send([message('later', { key: `key-${single % 10}` })]);
    seen.push(...reading);
    expect(orderByKey(seen)).toEqual(orderByKey(sent));
    expect(seen.length).toBe(sent.length);
    expect(reader.lag('nobody').reduce((sum, { messages }) => sum + messages, 0)).toBe(sent.length);
    expect([...log.records('orders')].length).toBe(sent.length + 15_000);
    reader.close();
    await log.close();
  }, 60_000);

  test('repeated kills in the middle of sends of any size lose nothing that was acknowledged', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'log.db');
    let last = -1;
    for (let kill = 0; kill < 3; kill += 1) {
      const child = Bun.spawn([process.execPath, join(import.meta.dir, 'log-process.ts'), path, '--from', String(last + 1)], { stdout: 'pipe', stderr: 'inherit' });
      const decoder = new TextDecoder();
      let printed = '';
      for await (const chunk of child.stdout) {
        printed += decoder.decode(chunk);
        if (printed.split('\n').length > 40 + kill * 17) break;
      }
      child.kill(9);
      await child.exited;
      const answered = Number(printed.split('\n').at(-2));
      const log = openEmbeddedLog({ path, topics: [{ name: 'orders', partitions: 3 }] });
      const values = [...log.records('orders')].filter(({ key }) => key === 'key-3').map(({ value }) => value.split(' ')[0]);
      await log.close();
      expect(values).toEqual(values.map((_, number) => `${number}:3`));
      expect(values.length).toBeGreaterThan(answered);
      last = values.length - 1;
    }
  }, 60_000);
});
