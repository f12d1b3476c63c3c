import { describe, expect, test } from 'bun:test';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { TimelineEntry } from '@souk/contracts/http/order';
import { startShopProcess } from '../src/shop/shop-process.ts';
import { embeddedRecords } from '../src/verify/embedded-records.ts';
import { broken } from './support/rest.ts';
import { asOrdinaryUser, ownedByOrdinaryUser } from './support/ordinary-user.ts';
import { type Run, runStart, runStartWith } from './support/run-start.ts';

/** `npm start` in one process: its data folder, its ports, its lock. What the shop does is told in `stories.test.ts`. */

const STORIES = [
  { story: 'completed', status: 'completed', reason: null },
  { story: 'out_of_stock', status: 'rejected', reason: 'out_of_stock' },
  { story: 'declined', status: 'cancelled', reason: 'payment_declined' },
];
const FIELDS = ['story', 'orderId', 'status', 'reason', 'ms', 'timeline'];
const ENTRY_FIELDS = Object.keys(TimelineEntry.properties).toSorted();

interface StoryLine {
  readonly ms: number;
  readonly timeline: readonly { readonly seq: number; readonly name: string }[];
}

function expectThreeStories({ code, out, err }: Run): void {
  // Nothing but what every start says of the simulator, once.
  expect({ code, err: err.replace(/^\{"level":"warn",[^\n]*"gateway":"simulator","msg":"payments are simulated[^\n]*\n/, '') }).toEqual({ code: 0, err: '' });
  expect(err).toContain('payments are simulated');
  const lines = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as StoryLine);
  expect(lines).toMatchObject(STORIES);
  for (const line of lines) {
    expect(Object.keys(line)).toEqual(FIELDS);
    expect(Number.isInteger(line.ms)).toBe(true);
    expect(line.timeline.map(({ seq }) => seq)).toEqual(line.timeline.map((_, i) => i + 1));
    for (const entry of line.timeline) expect(Object.keys(entry).toSorted()).toEqual(ENTRY_FIELDS);
  }
  expect(lines[2]?.timeline.map(({ name }) => name)).toContain('inventory.released');
}

/** Cause and cure in at most five lines, no stack. */
function expectExplained({ code, out, err }: Run, cause: RegExp): void {
  expect({ code, out }).toEqual({ code: 3, out: '' });
  expect(err).toMatch(cause);
  expect(err).toContain('npm start --');
  expect(err.trimEnd().split('\n').length).toBeLessThanOrEqual(5);
  expect(err).not.toMatch(/^\s+at /m);
}

describe('npm start -- --once --json', () => {
  test('plays the three stories, one JSON line each, and can do so again on the same data', async () => {
    using folder = temporaryFolder();
    // However often: a second registration of its customer would be one too many, and so would be another card for each story.
    const start = () => runStartWith({ env: { REGISTRATIONS_PER_HOUR: '1', PAYMENT_METHOD_LIMIT: '2' } }, '--once', '--json', '--first-port', '0', '--data', folder.path);
    expectThreeStories(await start());
    expect(await broken(embeddedRecords(folder.path))).toEqual([]);
    expectThreeStories(await start());
    expect(await broken(embeddedRecords(folder.path))).toEqual([]);
  }, 60_000);
});

describe('npm start -- --no-demo', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s stops it cleanly and frees its ports',
    async (signal) => {
      using folder = temporaryFolder();
      const shop = await startShopProcess({ folder: folder.path });
      try {
        const ports = Object.values(shop.urls).map((url) => Number(new URL(url).port));
        process.kill(shop.pid, signal);
        expect(await shop.exited).toBe(0);
        for (const port of ports)
          await Bun.serve({ port, hostname: '127.0.0.1', fetch: () => new Response() }).stop(true);
        expect(await broken(embeddedRecords(folder.path))).toEqual([]);
      } finally {
        shop.kill();
      }
    },
    30_000,
  );
});

describe('npm start explains', () => {
  test.each([
    [['--frobnicate'], /frobnicate/],
    [['--first-port', 'many'], /--first-port must be a whole number/],
    [['--once', '--no-demo'], /choose one/],
    [['--data', ''], /--data needs a folder/],
    [['surplus'], /surplus/],
  ])(
    'wrong usage: %p',
    async (parameters, what) => {
      const { code, out, err } = await runStart(...parameters);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toMatch(what);
      expect(err).toContain('npm start -- --once');
    },
    30_000,
  );

  test('a port that another program has', async () => {
    using folder = temporaryFolder();
    const other = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() });
    try {
      const run = await runStart(
        '--once',
        '--first-port',
        String(Math.min(other.port ?? 0, 65_531)),
        '--data',
        folder.path,
      );
      expectExplained(run, /port \d+ is in use/);
    } finally {
      await other.stop(true);
    }
  }, 30_000);

  test('a port for which an ordinary user lacks the right', async () => {
    using folder = temporaryFolder();
    await ownedByOrdinaryUser(folder.path);
    const run = await runStartWith({ as: asOrdinaryUser }, '--once', '--first-port', '80', '--data', folder.path);
    expectExplained(run, /^this user may not open port 80 \(below 1024 only an administrator may\)\n/);
  }, 30_000);

  test.each([
    ['that somebody else has', () => {
      const other = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } });
      return { port: other.port, release: () => other.stop(true) };
    }],
    ['for which an ordinary user lacks the right', () => ({ port: 80, release: () => undefined })],
  ])('a port %s before it installs or starts any server', async (_, taken) => {
    using folder = temporaryFolder();
    await ownedByOrdinaryUser(folder.path);
    const { port, release } = taken();
    try {
      const run = await runStartWith({ as: asOrdinaryUser, cwd: folder.path }, '--once', '--real', '--first-port', String(port));
      expectExplained(run, new RegExp(`port ${port}`));
    } finally {
      release();
    }
  }, 30_000);

  test('data that another shop is using; that shop is not disturbed', async () => {
    using folder = temporaryFolder();
    const shop = await startShopProcess({ folder: folder.path });
    try {
      expectExplained(
        await runStart('--once', '--first-port', '0', '--data', folder.path),
        /another shop is running on this data/,
      );
      expect((await fetch(`${shop.urls.order}/readyz`)).status).toBe(200);
      expect(await shop.stop()).toBe(0);
      expect(await broken(embeddedRecords(folder.path))).toEqual([]);
    } finally {
      shop.kill();
    }
  }, 30_000);

  test('a folder that cannot be written', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'a-file');
    await writeFile(file, '');
    expectExplained(await runStart('--once', '--first-port', '0', '--data', join(file, 'data')), /cannot be written/);
  }, 30_000);
});
