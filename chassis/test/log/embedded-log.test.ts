import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { type EmbeddedLog, openEmbeddedLog } from '../../src/log/embedded/embedded-log.ts';
import { EventLogError } from '../../src/log/event-log.ts';
import { openLogReader } from '../../src/log/embedded/log-reader.ts';
import { type TemporaryFolder, temporaryFolder } from '../../src/testing/temporary-store.ts';
import { until } from '../../src/testing/until.ts';
import { openEmbeddedContract } from './embedded-fixture.ts';
import { describeEventLog } from './event-log-contract.ts';
import { contractTopics, message, numbered, recorder, stalled } from './log-fixture.ts';

describeEventLog('embedded event log', () => openEmbeddedContract());

const codeOf = (error: unknown): string => (error instanceof EventLogError ? error.code : String(error));
function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return codeOf(error);
  }
  return 'none';
}

const now = (): number => 1_700_000_000_000;

describe('embedded event log in its file', () => {
  let folder: TemporaryFolder;
  let path = '';
  const open = (topics = contractTopics): EmbeddedLog => openEmbeddedLog({ path, topics, now });
  const sender = (...more: string[]) => {
    const script = join(import.meta.dir, 'log-process.ts');
    return Bun.spawn([process.execPath, script, path, ...more], { stdout: 'pipe', stderr: 'pipe' });
  };

  beforeEach(() => {
    folder = temporaryFolder();
    path = join(folder.path, 'log.db');
  });
  afterEach(() => folder.remove());

  test('refuses another partition count for a known topic, takes new topics, keeps old ones', async () => {
    await open([{ name: 'orders', partitions: 3 }]).close();
    expect(refusal(() => open([{ name: 'orders', partitions: 4 }]))).toBe('partitions-changed');
    const log = open([{ name: 'payments', partitions: 2 }]);
    expect(log.endOffsets().map(({ topic }) => topic)).toEqual(['orders', 'orders', 'orders', 'payments', 'payments']);
    await log.close();
  });

  test('refuses a second log on the same file at once, in this process and in another', async () => {
    const log = open();
    expect(refusal(() => open())).toBe('data-in-use');
    const other = sender('--once');
    expect(await other.exited).not.toBe(0);
    expect(await new Response(other.stderr).text()).toContain('data-in-use');
    await log.close();
    await open().close();
  });

  test('after kill -9 every send that resolved is there, in order, and the file opens at once', async () => {
    const child = sender();
    let printed = '';
    const decoder = new TextDecoder();
    for await (const chunk of child.stdout) {
      printed += decoder.decode(chunk);
      if (printed.split('\n').length > 200) break;
    }
    child.kill(9);
    await child.exited;
    const resolved = Number(printed.split('\n').at(-2));
    const log = open([{ name: 'orders', partitions: 3 }]);
    const values = [...log.records('orders')].filter(({ key }) => key === 'key-3').map(({ value }) => value);
    expect(values.length).toBeGreaterThan(resolved);
    expect(values).toEqual(values.map((_, number) => `${number}:3`));
    await log.close();
  });

  test('shows operators end offsets, committed offsets and lag, even across many stored runs', async () => {
    const log = open();
    for (let round = 0; round < 12; round += 1) await log.send(numbered(1000, { keys: 100 }));
    await log.send([message('last', { topic: 'narrow' })]);
    expect(log.lag('readers').reduce((sum, { messages }) => sum + messages, 0)).toBe(12_001);
    const reader = recorder();
    const subscription = await log.subscribe({ group: 'readers', topics: ['orders'], handle: reader.handle });
    await until('all are there', () => reader.received.length === 12_000);
    await subscription.close();
    const behind = log.lag('readers').filter(({ messages }) => messages > 0);
    expect(behind).toEqual([{ topic: 'narrow', partition: 0, messages: 1 }]);
    const ends = log.endOffsets().filter(({ topic }) => topic === 'orders');
    expect(log.committed('readers').filter(({ topic }) => topic === 'orders')).toEqual(ends);
    expect([...log.records('orders')].length).toBe(12_000);
    await log.close();
  });

  test('another process may read while the log is open', async () => {
    const log = open();
    await log.send(numbered(10));
    const reader = openLogReader(path);
    const timestamps = [...reader.records('orders')].map(({ timestamp }) => timestamp);
    expect(timestamps).toEqual(Array<number>(10).fill(1_700_000_000_000));
    expect(reader.endOffsets()).toEqual(log.endOffsets());
    reader.close();
    await log.close();
  });

  test('a handler that outlives its limit loses the partition, and its late success moves no offset', async () => {
    const log = openEmbeddedLog({ path, topics: contractTopics, handlerLimitMs: 50 });
    const late = Promise.withResolvers<void>();
    let running = false;
    const zombie = await log.subscribe({
      group: 'readers',
      topics: ['narrow'],
      handle: () => {
        running = true;
        return late.promise;
      },
    });
    await log.send([message('1', { topic: 'narrow' })]);
    await until('it runs', () => running);
    let taken = 0;
    await zombie.close();
    await log.subscribe({
      group: 'readers',
      topics: ['narrow'],
      handle: (_, signal) => {
        taken += 1;
        return stalled(signal);
      },
    });
    await until('the message came to the next owner', () => taken === 1);
    late.resolve();
    await late.promise;
    expect(log.committed('readers').every(({ offset }) => offset === 0)).toBe(true);
    await log.close();
  });

  test('reports each rejection of a handler to the one who asked for it, and waits longer each time', async () => {
    const failures: string[] = [];
    const times: number[] = [];
    const log = openEmbeddedLog({
      path,
      topics: contractTopics,
      onHandlerFailure: ({ group, topic, partition, attempt, error }) => {
        times.push(performance.now());
        failures.push(`${group} ${topic}/${partition} ${attempt} ${String(error)}`);
      },
    });
    await log.subscribe({ group: 'readers', topics: ['narrow'], handle: () => Promise.reject(new Error('no')) });
    await log.send([message('1', { topic: 'narrow' })]);
    await until('three attempts were made', () => failures.length === 3);
    expect(failures).toEqual([1, 2, 3].map((attempt) => `readers narrow/0 ${attempt} Error: no`));
    const [first = 0, second = 0, third = 0] = times;
    expect(second - first).toBeGreaterThanOrEqual(45);
    expect(third - second).toBeGreaterThanOrEqual(95);
    await log.close();
  });
});
