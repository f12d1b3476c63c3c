import { afterEach, describe, expect, test } from 'bun:test';
import { createLogger } from '../../src/telemetry/logging.ts';
import { type ProgramStore, whenItAnswers } from '../../src/service/database-state.ts';
import type { ServerConfig } from '../../src/service/service-config.ts';
import { type Program, type RunningConfig, runProgram } from '../../src/service/run-program.ts';
import type { Service } from '../../src/service/create-service.ts';
import { StorageError } from '../../src/storage-error.ts';
import { until } from '../../src/testing/until.ts';
import { LaneInUseError } from '../../src/engine/writer/writer-store.ts';

const away = () => new StorageError('connection', new Error('connect ECONNREFUSED'));
const never = () => new Promise<never>(() => undefined);

const CONFIG: ServerConfig & RunningConfig = {
  port: 4001,
  opsPort: undefined,
  opsHost: '0.0.0.0',
  databaseUrl: 'mongodb://127.0.0.1:1/x',
  databasePool: 2,
  paceMs: 0,
  // Nobody listens there: it goes on without.
  brokers: ['127.0.0.1:1'],
  kafkaTls: 'off',
  kafkaSasl: 'none',
  kafkaUser: undefined,
  kafkaPassword: undefined,
  topicPrefix: '',
  sessionMs: 6000,
  replication: 0,
  instance: 'order-1',
  logLevel: 'silent',
  shutdownDelayMs: 0,
};

interface Told {
  readonly calls: string[];
  readonly program: Program<ServerConfig & RunningConfig, ProgramStore>;
}

/** A program of which each part does what it is told, and tells that it was asked. */
function programOf(parts: Partial<ProgramStore & Pick<Service, 'start' | 'lost'>>): Told {
  const calls: string[] = [];
  const asked = <T>(name: string, answer: () => Promise<T>) => () => {
    calls.push(name);
    return answer();
  };
  const store: ProgramStore = {
    pendingMigrations: asked('look', parts.pendingMigrations ?? (async () => [])),
    migrate: asked('migrate', parts.migrate ?? (async () => [])),
    close: asked('close store', async () => undefined),
  };
  const service = {
    name: 'order' as const,
    fetch: async () => new Response(null, { status: 404 }),
    lost: parts.lost ?? never(),
    start: asked('start', parts.start ?? (async () => ({ url: 'http://127.0.0.1:1', address: '127.0.0.1:1' }))),
    close: asked('close', async () => undefined),
  };
  const program = { name: 'order' as const, variables: {}, readConfig: () => CONFIG, openStore: () => store, create: () => service };
  return { calls, program };
}

/** Fails so many times, and then does it. */
function failing<T>(times: number, then: () => Promise<T>): () => Promise<T> {
  let left = times;
  return async () => {
    left -= 1;
    if (left >= 0) throw away();
    return then();
  };
}

describe('the process of a service', () => {
  let running: Promise<number> | undefined;
  afterEach(async () => {
    process.emit('SIGTERM');
    await running;
  });

  test('waits for its database, also when that goes away after the schema check and before the lane is taken', async () => {
    const { calls, program } = programOf({ pendingMigrations: failing(1, async () => []), start: failing(2, async () => ({ url: '', address: '127.0.0.1:1' })) });
    running = runProgram(program, []);
    await until('it has started', () => calls.filter((call) => call === 'start').length === 3);
    process.emit('SIGTERM');
    expect(await running).toBe(0);
    expect(calls).toEqual(['look', 'look', 'start', 'start', 'start', 'close', 'close store']);
  });

  test('does not wait for errors that waiting cannot cure', async () => {
    const broken = () => Promise.reject(new TypeError('broken'));
    for (const parts of [{ pendingMigrations: broken }, { start: broken }]) {
      running = undefined;
      expect(await runProgram(programOf(parts).program, []).catch((error: unknown) => error)).toEqual(new TypeError('broken'));
    }
  });

  test.each([
    ['is frozen', { pendingMigrations: never }, 'look'],
    ['is away', { pendingMigrations: () => Promise.reject(away()) }, 'look'],
    ['freezes before its lane is taken', { start: never }, 'start'],
    ['goes before its lane is taken', { start: () => Promise.reject(away()) }, 'start'],
  ])('that waits for a database that %s ends soon after SIGTERM, with 0', async (_, parts, call) => {
    const { calls, program } = programOf(parts);
    running = runProgram(program, []);
    await until('it waits', () => calls.includes(call));
    process.emit('SIGTERM');
    expect(await running).toBe(0);
  });

  test('ends with 3 when another live process has its name, at its start or later; running parts are stopped first', async () => {
    const inUse = new LaneInUseError('order-1');
    expect(await runProgram(programOf({ start: () => Promise.reject(inUse) }).program, [])).toBe(3);
    const { promise: lost, resolve: lose } = Promise.withResolvers<Error>();
    const { calls, program } = programOf({ lost });
    running = runProgram(program, []);
    await until('it has started', () => calls.includes('start'));
    lose(inUse);
    expect(await running).toBe(3);
    expect(calls).toEqual(['look', 'start', 'close', 'close store']);
  });

  test('finishes a start that is nearly done before it stops', async () => {
    const starting = Promise.withResolvers<{ url: string; address: string }>();
    const { calls, program } = programOf({ start: () => starting.promise });
    running = runProgram(program, []);
    await until('it starts', () => calls.includes('start'));
    process.emit('SIGTERM');
    starting.resolve({ url: '', address: '127.0.0.1:1' });
    expect(await running).toBe(0);
    expect(calls).toContain('close');
  });

  test('does not start with the same port for callers and operators', async () => {
    const { calls, program } = programOf({});
    const same = { ...program, readConfig: () => ({ ...program.readConfig({}), opsPort: 4001 }) };
    expect(await runProgram(same, [])).toBe(2);
    expect(calls).toEqual([]);
  });

  test('starts a migration again when its database was away, and gives it up at SIGTERM with 1', async () => {
    const { calls, program } = programOf({ migrate: failing(2, async () => ['one']) });
    expect(await runProgram(program, ['--migrate'])).toBe(0);
    expect(calls).toEqual(['migrate', 'migrate', 'migrate', 'close store']);
    const frozen = programOf({ migrate: never });
    running = runProgram(frozen.program, ['--migrate']);
    await until('it migrates', () => frozen.calls.includes('migrate'));
    process.emit('SIGTERM');
    expect(await running).toBe(1);
  });
});

describe('waiting for a database', () => {
  test('is logged once, with the reason, and once when it is over', async () => {
    const lines: { level: string; msg: string; err?: { message: string } }[] = [];
    const logger = createLogger({ service: 'order', level: 'info', destination: { write: (line) => void lines.push(JSON.parse(line)) } });
    const ending = new AbortController().signal;
    expect(await whenItAnswers(failing(3, async () => 'there'), { logger, ending })).toBe('there');
    expect(lines.map(({ level, msg, err }) => ({ level, msg, why: err?.message }))).toEqual([
      { level: 'warn', msg: 'waiting for the database, 30 s at most', why: expect.stringContaining('storage: connection: connect ECONNREFUSED') },
      { level: 'info', msg: 'the database answers', why: undefined },
    ]);
  });
});
