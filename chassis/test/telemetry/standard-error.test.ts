import { afterEach, describe, expect, test } from 'bun:test';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { createLogger } from '../../src/telemetry/logging.ts';
import { lineWriter } from '../../src/telemetry/standard-error.ts';
import { temporaryFolder } from '../../src/testing/temporary-store.ts';
import { until } from '../../src/testing/until.ts';

const LIMIT_MS = 60_000;
/** With their stacks far more than a pipe and the writer's memory hold. */
const LINES = 5000;

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).toReversed()) cleanup();
});

/** A process that logs so many lines to this descriptor, and what it says on standard output. */
function logging(to: number, lines: number) {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'logging-process.ts'), String(lines)], { stdin: 'pipe', stdout: 'pipe', stderr: to });
  cleanups.push(() => child.kill('SIGKILL'));
  const said = linesOf(child.stdout);
  return {
    says: async () => (await said.next()).value,
    async ask(what: string) {
      await child.stdin.write(`${what}\n`);
      await child.stdin.flush();
    },
    async end() {
      await child.stdin.end();
      return child.exited;
    },
  };
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const part of stream) {
    const parts = (text + decoder.decode(part, { stream: true })).split('\n');
    text = parts.pop() ?? '';
    yield* parts;
  }
}

/** A pipe: `read` takes what is in it now, `leave` closes its reading end. */
function pipe() {
  const folder = temporaryFolder();
  const path = join(folder.path, 'pipe');
  Bun.spawnSync(['mkfifo', path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, 'w');
  cleanups.push(() => folder.remove(), () => closeSync(writer));
  let isOpen = true;
  const leave = () => {
    if (isOpen) closeSync(reader);
    isOpen = false;
  };
  cleanups.push(leave);
  const buffer = Buffer.alloc(65_536);
  let seen = '';
  const read = (): string => {
    for (;;) {
      try {
        const length = readSync(reader, buffer);
        if (length === 0) return seen;
        seen += buffer.toString('utf8', 0, length);
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return seen;
        throw error;
      }
    }
  };
  return { writer, read, leave };
}

interface Written {
  readonly number?: number;
  readonly dropped?: number;
  readonly msg: string;
}

const parsed = (text: string): Written[] => text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Written);

describe('a process goes on', () => {
  test('while nobody reads its log; a later reader gets every line, or the number of missing ones', async () => {
    const { writer, read } = pipe();
    const logger = logging(writer, LINES);
    expect(await logger.says()).toBe('alive');
    await logger.ask('still there?');
    expect(await logger.says()).toBe('still there?');
    await until('what waited is read', () => read().includes('"dropped"'), LIMIT_MS);
    await logger.ask('and now?');
    expect(await logger.says()).toBe('and now?');
    await until('a line of now', () => read().includes('and now?'), LIMIT_MS);
    expect(await logger.end()).toBe(0);
    const lines = parsed(read());
    const numbers = lines.flatMap(({ number }) => number ?? []);
    const missing = lines.flatMap(({ dropped }) => dropped ?? []);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    // The first question may be one of those that are missing.
    const asked = lines.filter(({ msg }) => msg === 'asked').length;
    expect(missing).toEqual([LINES + 2 - numbers.length - asked]);
    expect(lines.at(-1)?.msg).toBe('the last line');
  }, LIMIT_MS);

  test('when the reader of its log has gone', async () => {
    const { writer, leave } = pipe();
    leave();
    const logger = logging(writer, LINES);
    expect(await logger.says()).toBe('alive');
    await logger.ask('still there?');
    expect(await logger.says()).toBe('still there?');
    expect(await logger.end()).toBe(0);
  }, LIMIT_MS);

  test('when the disk of its log is full', async () => {
    const full = openSync('/dev/full', 'w');
    cleanups.push(() => closeSync(full));
    const logger = logging(full, LINES);
    expect(await logger.says()).toBe('alive');
    await logger.ask('still there?');
    expect(await logger.says()).toBe('still there?');
    expect(await logger.end()).toBe(0);
  }, LIMIT_MS);
});

describe('a line', () => {
  /** What it was given, and what it fails with now. */
  function sinkThatFails() {
    const state: { seen: string; failure: Error | undefined; room: number } = { seen: '', failure: undefined, room: 3 };
    let collected = '';
    const sink = {
      write: (text: string) => (collected += text).length,
      flush() {
        const [text, { failure }] = [collected, state];
        collected = '';
        if (failure === undefined) {
          state.seen += text;
          return text.length;
        }
        state.seen += text.slice(0, state.room);
        state.room = 0;
        throw failure;
      },
    };
    return { state, lines: lineWriter(() => sink) };
  }
  const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });

  test('cut by a full disk does not spoil the next one, and one line for each service says how many are missing', () => {
    const { state, lines } = sinkThatFails();
    lines.write('one\n', 'order');
    state.failure = full;
    for (const owner of ['order', 'order', 'payment']) lines.write('lost\n', owner);
    state.failure = undefined;
    lines.write('two\n', 'order');
    lines.write('three\n', 'order');
    const [first, cut, ofOrder, ofPayment, ...rest] = state.seen.split('\n');
    expect([first, cut]).toEqual(['one', 'los']);
    expect(JSON.parse(ofOrder ?? '')).toMatchObject({ level: 'error', service: 'order', dropped: 2, cause: 'ENOSPC' });
    expect(JSON.parse(ofPayment ?? '')).toMatchObject({ service: 'payment', dropped: 1 });
    expect(rest).toEqual(['two', 'three', '']);
    expect(lines.dropped()).toBe(3);
  });

  test('that is lost is counted once, however often the notice about it is lost too', () => {
    const { state, lines } = sinkThatFails();
    state.failure = full;
    for (let round = 0; round < 5; round += 1) lines.write('lost\n', 'order');
    state.failure = undefined;
    lines.write('two\n', 'order');
    expect(state.seen).toContain('"dropped":5,');
    expect(lines.dropped()).toBe(5);
  });

  test('never breaks the code that logs it, whatever it holds and wherever it goes', () => {
    const written: string[] = [];
    let isFull = false;
    const write = (line: string) => {
      if (isFull) throw full;
      written.push(line);
    };
    const logger = createLogger({ service: 'order', level: 'info', destination: { write } });
    const treacherous = Object.defineProperty({}, 'field', { enumerable: true, get: () => { throw new Error('no'); } });
    logger.info(treacherous, 'cannot be read');
    logger.info({ id: 10n, self: treacherous }, 'cannot be read either');
    isFull = true;
    logger.info('cannot be written');
    isFull = false;
    logger.info('can');
    expect(written.at(-1)).toContain('"msg":"can"');
  });
});
