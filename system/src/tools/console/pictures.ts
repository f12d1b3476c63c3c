import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedLog } from '@souk/chassis/log/embedded/embedded-log';
import type { ServiceName } from '@souk/contracts/services';
import { toLogMessage } from '@souk/contracts/log-message';
import { TOPICS, withPartitions } from '@souk/contracts/topics';
import type { BrowserContext, Page } from 'playwright-core';
import { EXIT, exitCodeOf } from '../../cli/errors.ts';
import { shopFiles } from '../../shop/embedded/shop-files.ts';
import { startShopProcess } from '../../shop/shop-process.ts';
import { type Frame, animation } from './animation.ts';
import { openBrowser } from './browser.ts';

const HELP = `npm run pictures             makes the pictures of docs/pictures and the output of npm start in README.md, from one run
`;

const ROOT = join(import.meta.dir, '../../../..');
const PICTURES = join(ROOT, 'docs/pictures');
const VIEW = { width: 1280, height: 800 };
/** Of the animated picture, which shows the chosen order. */
const MOVING = { width: 1280, height: 1000 };

async function main(): Promise<number> {
  if (process.argv.length > 2) {
    process.stdout.write(HELP);
    return process.argv[2] === '--help' ? EXIT.ok : EXIT.usage;
  }
  await mkdir(PICTURES, { recursive: true });
  await writeOutput(await outputOfStart());
  const folder = await mkdtemp(join(tmpdir(), 'souk-pictures-'));
  const browser = await openBrowser();
  try {
    let watched = await open(folder, (options) => browser.newContext(options));
    await watched.picture('empty', '/');
    const ids = await watched.place('completes', 'completes', 'out_of_stock', 'completes', 'declined', 'completes');
    await watched.ended(ids);
    await watched.picture('order', `/?order=${ids[5]}`);
    await watched.picture('undo', `/?order=${ids[4]}`);
    await watched.animate(join(PICTURES, 'order.gif'));
    await watched.close();
    // While nobody writes to it, the log is given messages that cannot be true.
    await appendUntrue(folder);
    watched = await open(folder, (options) => browser.newContext(options));
    await watched.picture('letters', '/?drawer=letters');
    await watched.stuck();
    await watched.close();
    process.stdout.write(`pictures are in ${PICTURES}\n`);
    return EXIT.ok;
  } finally {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  }
}

type DemoKind = 'completes' | 'out_of_stock' | 'declined';

/** A shop in this folder, with its console, in a browser that is signed in. */
async function open(folder: string, newContext: (options: object) => Promise<BrowserContext>) {
  const shop = await startShopProcess({ folder, console: true, env: { ...process.env, LOG_LEVEL: 'fatal' } });
  const origin = new URL(shop.consoleUrl ?? '').origin;
  const headers = { origin, 'x-souk-console': '1' };
  const context = await newContext({ viewport: VIEW, colorScheme: 'light', baseURL: origin });
  const page = await context.newPage();
  await page.goto(shop.consoleUrl ?? '');
  await settled(page);

  const post = async (path: string, data: object) => {
    const answer = await context.request.post(path, { data, headers });
    if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
    return (await answer.json()) as Readonly<Record<string, string>>;
  };
  const fault = (service: ServiceName, made: object) => post(`/api/${service}/ops/faults`, made);

  async function place(...kinds: readonly DemoKind[]): Promise<string[]> {
    const ids: string[] = [];
    for (const kind of kinds) ids.push((await post('/demo/orders', { kind }))['orderId'] ?? '');
    return ids;
  }

  async function picture(name: string, where: string): Promise<void> {
    await page.goto(where);
    await settled(page);
    await page.screenshot({ path: join(PICTURES, `${name}.png`) });
  }

  return {
    place,
    picture,
    /** Waits until these orders have ended. */
    async ended(ids: readonly string[]): Promise<void> {
      for (const id of ids) {
        await page.goto(`/?order=${id}`);
        await page.getByText(/took \d/).first().waitFor();
      }
    },
    /** An order while its messages take a second each. */
    async animate(file: string): Promise<void> {
      for (const [service, topic] of DELAYED) await fault(service, { kind: 'delay', topic, delayMs: 900, seconds: 30 });
      await page.setViewportSize(MOVING);
      const [id = ''] = await place('declined');
      await page.goto(`/?order=${id}`);
      await page.locator('.saga-steps').waitFor();
      const frames: Frame[] = [];
      for (const until = performance.now() + 7000; performance.now() < until; await page.waitForTimeout(120)) {
        const startedAt = performance.now();
        frames.push({ png: await page.screenshot(), ms: 0 });
        const before = frames.at(-2);
        if (before !== undefined) frames[frames.length - 2] = { ...before, ms: Math.round(performance.now() - startedAt + 120) };
      }
      await writeFile(file, animation([...frames.slice(0, -1), { png: await page.screenshot(), ms: 4000 }]));
      await page.setViewportSize(VIEW);
    },
    /** An order that waits for an answer, because what asked for it is lost on the way. */
    async stuck(): Promise<void> {
      await fault('payment', { kind: 'lose', topic: 'order.ready_for_payment', seconds: 40 });
      const [id = ''] = await place('completes');
      await page.waitForTimeout(14_000);
      await picture('stuck', `/?order=${id}&drawer=stuck`);
    },
    async close(): Promise<void> {
      await context.close();
      await shop.stop();
    },
  };
}

const DELAYED: readonly (readonly [ServiceName, string])[] = [
  ['inventory', 'order.created'],
  ['order', 'inventory.reserved'],
  ['payment', 'order.ready_for_payment'],
  ['order', 'payment.failed'],
  ['inventory', 'order.cancelled'],
  ['order', 'inventory.released'],
];

/** The stream is live, what was asked for is there, and nothing moves any more. */
async function settled(page: Page): Promise<void> {
  await page.locator('.link-state.is-done').waitFor();
  await page.waitForTimeout(1200);
}

/** Payments of orders that were never placed, and a message that cannot be read. */
async function appendUntrue(folder: string): Promise<void> {
  const paid = (orderId: string) =>
    toLogMessage({
      id: Bun.randomUUIDv7(),
      type: 'payment.completed',
      source: '/souk/payment',
      time: new Date().toISOString(),
      subject: orderId,
      schemaVersion: TOPICS['payment.completed'].version,
      correlationId: orderId,
      causationId: null,
      aggregateVersion: 1,
      traceparent: null,
      data: { orderId, paymentId: Bun.randomUUIDv7(), amount: { amount: 8480, currency: 'EUR' }, capturedAt: new Date().toISOString() },
    });
  const sent = Array.from({ length: 3 }, () => paid(Bun.randomUUIDv7()));
  const [first] = sent;
  const log = openEmbeddedLog({ path: shopFiles(folder).log, topics: withPartitions() });
  await log.send(first === undefined ? [] : [...sent, { ...first, topic: 'order.created', value: '{"orderId":' }]);
  await log.close();
}

/** The output of a first `npm start`: its first lines, and the last of the three orders. */
async function outputOfStart(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'souk-start-'));
  try {
    const child = Bun.spawn([process.execPath, join(ROOT, 'system/src/main.ts'), '--data', folder], { env: { ...process.env, NO_COLOR: '1', LOG_LEVEL: 'fatal' }, stdout: 'pipe', stderr: 'ignore', stdin: 'ignore' });
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of child.stdout) {
      text += decoder.decode(chunk, { stream: true });
      if (text.includes('Ctrl-C stops the shop')) break;
    }
    child.kill('SIGTERM');
    await child.exited;
    const [opening = '', ...stories] = text.slice(0, text.indexOf('In a browser, the pages above')).split('\n\n');
    const last = stories.filter((story) => story.trim() !== '').at(-1) ?? '';
    return `${opening}\n\n...\n\n${last}`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** In README.md the output stands between these. */
const BEGIN = '<!-- npm start -->';
const END = '<!-- /npm start -->';

async function writeOutput(output: string): Promise<void> {
  const path = join(ROOT, 'README.md');
  const text = await readFile(path, 'utf8');
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from === -1 || to < from) throw new Error(`README.md has no place for the output: ${BEGIN} ... ${END}`);
  const shown = output.trimEnd().replace(/once=[\w-]+/, 'once=...').split('\n').map((line) => `    ${line}`.trimEnd()).join('\n');
  await writeFile(path, `${text.slice(0, from + BEGIN.length)}\n\n${shown}\n\n${text.slice(to)}`);
}

process.exitCode = await exitCodeOf(main, HELP);
