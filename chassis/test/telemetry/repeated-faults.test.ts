import { describe, expect, test } from 'bun:test';
import { FailuresOfSome, repeatedFaults } from '../../src/telemetry/repeated-faults.ts';
import { startJobs } from '../../src/engine/jobs.ts';
import { EventLogError } from '../../src/log/event-log.ts';
import { createLogger } from '../../src/telemetry/logging.ts';
import { reportTo } from '../../src/telemetry/report.ts';
import { StorageError } from '../../src/storage-error.ts';
import { until } from '../../src/testing/until.ts';

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly err?: unknown;
  readonly times?: number;
  readonly seconds?: number;
  readonly leftOut?: Readonly<Record<string, number>>;
}

function told() {
  let written = '';
  let now = 1_000_000;
  const logger = createLogger({ service: 'order', level: 'info', destination: { write: (line) => (written += line) } });
  const faults = repeatedFaults(logger, () => now);
  const lines = () => written.split('\n').slice(0, -1).map((line) => JSON.parse(line) as Line);
  return { faults, logger, lines, bytes: () => written.length, pass: (ms: number) => (now += ms) };
}

const refused = () => new StorageError('connection', Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:3306'), { code: 'ECONNREFUSED' }));
const brief = ({ level, msg, times }: Line) => [level, msg, times];

describe('a fault that lasts', () => {
  test('is logged in full once, then at growing intervals with the number left out, and once when it is over', () => {
    const { faults, lines, pass } = told();
    const writer = faults.source('writer');
    for (let second = 0; second < 4000; second += 0.5) {
      writer.failed(refused(), 'transaction failed; repeating it', { lane: 'one' });
      pass(500);
    }
    writer.worked();
    const [first, ...rest] = lines();
    expect(first).toMatchObject({ level: 'error', lane: 'one', err: { code: 'connection', stack: expect.stringContaining('ECONNREFUSED') } });
    expect(rest.map(({ times }) => times)).toEqual([3, 23, 143, 1343, 2543, 3743, 4943, 6143, 7343, 8000]);
    expect(rest[1]).toMatchObject({
      level: 'error',
      msg: 'transaction failed; repeating it',
      err: 'StorageError: storage: connection: connect ECONNREFUSED 127.0.0.1:3306',
      seconds: 11,
      leftOut: { 'transaction failed; repeating it': 19 },
    });
    expect(rest.at(-1)).toMatchObject({ level: 'info', msg: 'over: transaction failed; repeating it', times: 8000, seconds: 3999.5 });
  });

  test('is one fault for all sources that meet it: a database that is away for 40 s costs a few lines', () => {
    const { faults, lines, bytes, pass } = told();
    const jobs = Array.from({ length: 8 }, (_, index) => faults.source(`job ${index}`));
    const [writer, probe] = [faults.source('writer'), faults.source('readiness database')];
    for (let tenth = 0; tenth < 400; tenth += 1) {
      if (tenth % 10 === 0) writer.failed(refused(), 'transaction failed; repeating it');
      if (tenth % 10 === 1) probe.failed(new Error('the last transaction failed', { cause: refused() }), 'readiness check failed');
      jobs.forEach((job, index) => tenth % (index + 2) === 0 && job.failed(refused(), `job ${index} failed; it comes round again`));
      pass(100);
    }
    for (const job of jobs) job.worked();
    probe.worked();
    writer.worked();
    expect(lines().map(brief)).toEqual([
      ['error', 'transaction failed; repeating it', undefined],
      ['error', expect.any(String), expect.any(Number)],
      ['error', expect.any(String), expect.any(Number)],
      ['info', 'over: transaction failed; repeating it', expect.any(Number)],
    ]);
    expect(bytes()).toBeLessThan(5000);
    expect(lines()[2]?.leftOut).toMatchObject({ 'readiness check failed': 10, 'job 0 failed; it comes round again': expect.any(Number) });
  });

  test('is not over while a source still has it, unless that source runs too rarely to tell', () => {
    const { faults, lines, pass } = told();
    const [writer, relay] = [faults.source('writer'), faults.source('relay')];
    const away = () => new EventLogError('log-unavailable', 'No broker answers');
    for (const source of [writer, relay]) source.failed(away(), 'away');
    writer.worked();
    expect(lines()).toHaveLength(1);
    pass(5001);
    writer.worked();
    expect(lines().map(brief).at(-1)).toEqual(['info', 'over: away', 2]);
  });

  test('that comes and goes is logged as over less and less often', () => {
    const { faults, lines, pass } = told();
    const source = faults.source('relay');
    for (let second = 0; second < 3600; second += 1) {
      source.failed(refused(), 'away');
      source.failed(refused(), 'away');
      pass(500);
      source.worked();
      pass(500);
    }
    expect(lines().length).toBeLessThan(20);
    pass(700_000);
    source.failed(refused(), 'away');
    expect(lines().at(-1)).toMatchObject({ err: { stack: expect.any(String) } });
  });

  test('that comes back after it was over is logged at once', () => {
    const { faults, lines, pass } = told();
    const source = faults.source('relay');
    for (let outage = 0; outage < 2; outage += 1) {
      for (let second = 0; second < 40; second += 1) {
        source.failed(refused(), 'away');
        pass(1000);
      }
      source.worked();
      pass(20_000);
    }
    const returned = lines().slice(4);
    expect(returned[0]).toMatchObject({ level: 'error', msg: 'away', err: expect.any(String) });
    expect(returned.map(({ times }) => times)).toEqual([undefined, 2, 12, 40]);
    expect(returned.at(-1)?.level).toBe('info');
  });

  test('is told from another one by its code, and by its text without numbers and ids', () => {
    const { faults, lines } = told();
    const source = faults.source('relay');
    const other = () => new StorageError('retry', new Error('Deadlock found'));
    for (const error of [refused(), other(), refused(), other()]) source.failed(error, 'away');
    expect(lines()).toHaveLength(2);
    for (const ms of [1002, 3017]) source.failed(new Error(`no answer within ${ms} ms`), 'slow');
    expect(lines()).toHaveLength(3);
    // Without a code it may be a defect, and each who meets it has its own.
    faults.source('job').failed(new Error('no answer within 4 ms'), 'slow');
    expect(lines()).toHaveLength(4);
  });

  test('is logged as one of many when there are too many kinds to remember', () => {
    const { faults, lines } = told();
    const source = faults.source('relay');
    const words = Array.from({ length: 5000 }, (_, index) => String(index).replaceAll(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit))));
    for (const word of words) source.failed(new Error(word), 'away');
    expect(lines()).toHaveLength(101);
  });

  test('of some of many operations has a line for the first of each kind', () => {
    const { faults, lines } = told();
    const failures = ['o-1', 'o-2', 'o-3'].map((orderId, index) => ({ error: index === 1 ? new Error('no room') : refused(), about: { orderId } }));
    faults.source('job').failed(new FailuresOfSome(failures), 'job failed');
    expect(lines()).toMatchObject([{ orderId: 'o-1' }, { orderId: 'o-2', err: { message: 'no room' } }]);
  });
});

test('similar single failures have a line each until there are too many of them', () => {
  const { faults, lines, pass } = told();
  const poison = (messageId: number, topic: string) => faults.single(new Error(`cannot count ${messageId}`), 'a message failed', { topic, messageId: String(messageId) });
  for (let id = 0; id < 1000; id += 1) {
    poison(id, 'order.created');
    pass(10);
  }
  poison(0, 'product.created');
  const all = lines() as (Line & { messageId: string; topic: string })[];
  expect(all.slice(0, 10).map(({ messageId }) => messageId)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  expect(all.map(({ err }) => typeof err === 'string')).toEqual([false, ...Array.from({ length: all.length - 2 }, () => true), false]);
  expect(all.length).toBeLessThan(15);
  expect(all.at(-2)?.leftOut).toEqual({ 'a message failed': expect.any(Number) });
  expect(all.at(-1)?.topic).toBe('product.created');
});

describe('messages that fail, each with a different text that a stranger may choose,', () => {
  const word = (index: number) => String(index).replaceAll(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit)));

  test('hide neither an outage that begins meanwhile nor a job that fails', () => {
    const { faults, lines, pass } = told();
    for (let index = 0; index < 1000; index += 1) faults.single(new Error(`not JSON: ${word(index)}`), 'a message failed', { topic: 'order.created' });
    const before = lines().length;
    expect(before).toBeLessThan(120);
    faults.source('writer').failed(refused(), 'transaction failed; repeating it');
    faults.source('job').failed(new Error('a defect'), 'job failed');
    const since = lines().slice(before);
    expect(since).toMatchObject([{ err: { code: 'connection', stack: expect.any(String) } }, { msg: 'job failed', err: { message: 'a defect' } }]);
    pass(2000);
    faults.single(new Error('not JSON: the last'), 'a message failed', { topic: 'order.created' });
    // A line tells what has just happened, and not what was first among those that are told together.
    expect(lines().at(-1)).toMatchObject({ err: 'Error: not JSON: the last' });
  });

  test('are alike if only ids of any form differ', () => {
    const { faults, lines } = told();
    const source = faults.source('relay');
    for (const id of ['65f1a2b3c4d5e6f708192a3b', '65f1a2b3c4d5e6ff08192aab', '01JD8Z3XQ4', '01JD8Z3XKM', 'Zm9v-YmFy_1', 'a71c0de5']) source.failed(new Error(`no cursor ${id} on 10.0.0.7:27017`), 'away');
    expect(lines()).toHaveLength(1);
  });
});

test('the jobs of a service log a database that is away once, and once that it is back', async () => {
  const { logger, lines } = told();
  let isAway = true;
  let rounds = 0;
  const run = async () => {
    rounds += 1;
    if (isAway) throw refused();
  };
  const jobs = startJobs(['a', 'b', 'c'].map((name) => ({ name, everyMs: 1, run })), reportTo(logger));
  await until('many rounds', () => rounds > 100);
  isAway = false;
  await until('it is over', () => lines().at(-1)?.level === 'info');
  await jobs.close();
  expect(lines().length).toBeLessThan(6);
  expect(lines()[0]?.msg).toBe('job a failed; it comes round again');
});
