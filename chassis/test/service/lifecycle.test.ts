import { describe, expect, test } from 'bun:test';
import { EventEmitter } from 'node:events';
import { lifecycle, type Part, runUntilSignal, StopError } from '../../src/service/lifecycle.ts';
import { createLogger } from '../../src/telemetry/logging.ts';

function journal() {
  const lines: string[] = [];
  const part = (name: string, overrides: Partial<Part> = {}): Part => ({
    name,
    start: () => void lines.push(`start ${name}`),
    stop: async () => void lines.push(`stop ${name}`),
    ...overrides,
  });
  return { lines, part };
}

const failing = () => Promise.reject(new Error('broken'));
const never = () => new Promise<void>(() => {});

describe('lifecycle', () => {
  test('starts in order and stops in the reverse order', async () => {
    const { lines, part } = journal();
    const life = lifecycle([part('a'), part('b')]);
    await life.start();
    await life.stop();
    expect(lines).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  });

  test('starts and stops only once', async () => {
    const { lines, part } = journal();
    const life = lifecycle([part('a')]);
    await Promise.all([life.start(), life.start()]);
    await Promise.all([life.stop(), life.stop()]);
    await life.stop();
    expect(lines).toEqual(['start a', 'stop a']);
  });

  test('a failed start stops the running parts and throws its error', async () => {
    const { lines, part } = journal();
    const life = lifecycle([part('a'), part('b', { start: failing }), part('c')]);
    expect(life.start()).rejects.toThrow('broken');
    await Promise.allSettled([life.start()]);
    expect(lines).toEqual(['start a', 'stop a']);
  });

  test('a part that does not stop does not hold up the others', async () => {
    const { lines, part } = journal();
    const life = lifecycle([part('a'), part('hangs', { stop: never }), part('fails', { stop: failing })], {
      limitMs: 20,
    });
    await life.start();
    const [stopped] = await Promise.allSettled([life.stop()]);
    expect(stopped).toMatchObject({ status: 'rejected', reason: { code: 'stop-failed', parts: ['fails', 'hangs'] } });
    expect(lines).toContain('stop a');
  });

  test('a stop during the start waits for the starting part and starts no other', async () => {
    const { lines, part } = journal();
    const { promise, resolve } = Promise.withResolvers<void>();
    const life = lifecycle([part('a', { start: () => promise }), part('b')]);
    const starting = life.start();
    const stopping = life.stop();
    resolve();
    await Promise.all([starting, stopping]);
    expect(lines).toEqual(['stop a']);
  });
});

describe('running until a signal', () => {
  const logger = createLogger({ service: 'test', level: 'silent' });
  const signalSource = () => new EventEmitter() as EventEmitter & Pick<NodeJS.Process, 'on' | 'off'>;

  test.each(['SIGTERM', 'SIGINT'])('%s stops and gives exit code 0', async (signal) => {
    const { lines, part } = journal();
    const signals = signalSource();
    const ended = runUntilSignal(lifecycle([part('a')]), { logger, signals });
    signals.emit(signal);
    expect(await ended).toBe(0);
    expect(lines).toEqual(['start a', 'stop a']);
    expect(signals.listenerCount(signal)).toBe(0);
  });

  test('logs the signal and how long the stop took', async () => {
    const said: Record<string, unknown>[] = [];
    const telling = createLogger({ service: 'test', level: 'info', destination: { write: (line) => void said.push(JSON.parse(line) as Record<string, unknown>) } });
    const signals = signalSource();
    const { part } = journal();
    const ended = runUntilSignal(lifecycle([part('a')]), { logger: telling, signals });
    signals.emit('SIGTERM', 'SIGTERM');
    await ended;
    expect(said).toMatchObject([{ level: 'info', msg: 'stopping', signal: 'SIGTERM' }, { level: 'info', msg: 'stopped', ms: expect.any(Number) }]);
  });

  test('a second signal ends at once', async () => {
    const { part } = journal();
    const signals = signalSource();
    const exits: number[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const life = lifecycle([part('a', { stop: () => promise })]);
    const ended = runUntilSignal(life, { logger, signals, exit: (code) => void exits.push(code) });
    signals.emit('SIGTERM');
    signals.emit('SIGTERM');
    expect(exits).toEqual([130]);
    resolve();
    await ended;
  });

  test('a service that cannot go on is stopped as by a signal and the reason is thrown, unless a signal came first', async () => {
    const { lines, part } = journal();
    const reason = new Error('somebody else has the name');
    const [lost, late] = [Promise.withResolvers<Error>(), Promise.withResolvers<Error>()];
    const ended = runUntilSignal(lifecycle([part('a')]), { logger, signals: signalSource(), lost: lost.promise });
    lost.resolve(reason);
    expect(await ended.catch((error: unknown) => error)).toBe(reason);
    expect(lines).toEqual(['start a', 'stop a']);
    const signals = signalSource();
    const stopping = runUntilSignal(lifecycle([part('b', { stop: () => Promise.resolve(late.resolve(reason)) })]), { logger, signals, lost: late.promise });
    signals.emit('SIGTERM');
    expect(await stopping).toBe(0);
  });

  test('a failed start is thrown, a failed stop is exit code 1', async () => {
    const { part } = journal();
    expect(
      runUntilSignal(lifecycle([part('a', { start: failing })]), { logger, signals: signalSource() }),
    ).rejects.toThrow('broken');
    const signals = signalSource();
    const ended = runUntilSignal(lifecycle([part('a', { stop: failing })]), { logger, signals });
    signals.emit('SIGTERM');
    expect(await ended).toBe(1);
    expect(new StopError([], []).code).toBe('stop-failed');
  });
});

describe('logging', () => {
  test('hides secrets at the top and two levels below', () => {
    let written = '';
    const log = createLogger({ service: 'user', level: 'info', destination: { write: (line) => (written += line) } });
    log.info(
      { password: 'hunter2', body: { refreshToken: 'hunter2', card: { cardNumber: 'hunter2' } }, sku: 'MUG' },
      'seen',
    );
    log.debug('quiet');
    expect(written).not.toMatch(/hunter2|quiet/);
    expect(JSON.parse(written)).toMatchObject({ service: 'user', level: 'info', sku: 'MUG', password: '[redacted]' });
  });
});
