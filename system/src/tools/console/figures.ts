import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createLogger } from '@souk/chassis/telemetry/logging';
import { type TcpProxy, tcpProxy } from '@souk/chassis/testing/tcp-proxy';
import { createConsole } from '@souk/console/server/console';
import type { Browser, Page } from 'playwright-core';
import { EXIT, exitCodeOf, withUsage } from '../../cli/errors.ts';
import { WITHOUT_LIMITS } from '../../shop/limit-settings.ts';
import { type ShopProcess, startShopProcess } from '../../shop/shop-process.ts';
import { allOf } from '../../verify/batches.ts';
import { embeddedRecords } from '../../verify/embedded-records.ts';
import type { ShopRecords } from '../../verify/shop-records.ts';
import { percentilesOf } from '../bench/load/latencies.ts';
import type { Work } from '../bench/load/order-request.ts';
import { runLoad } from '../bench/load/run-load.ts';
import { allEnded } from '../bench/order-ends.ts';
import { type Load, prepareLoad } from '../bench/work/orders.ts';
import { openBrowser } from './browser.ts';

const HELP = `npm run bench:console        what the console's page shows, and when: in a browser, on an embedded shop
  --rate N                   orders per second while the page is watched (50)
  --seconds N                length of that (20)
  --losses N                 times that the link is lost (20)
  --stored N                 orders stored before a page is opened (10000)
`;

interface Painted {
  readonly id: string;
  readonly committedAt: number;
  readonly paintedAt: number;
}

/** A page that has been signed in, and what it has painted so far. */
interface Watched {
  readonly page: Page;
  readonly painted: Painted[];
  /** Ends the reading; all that was painted until then is in `painted`. */
  end(): Promise<void>;
}

async function main(): Promise<number> {
  const { values } = withUsage(() =>
    parseArgs({
      options: {
        rate: { type: 'string', default: '50' },
        seconds: { type: 'string', default: '20' },
        losses: { type: 'string', default: '20' },
        stored: { type: 'string', default: '10000' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }),
  );
  if (values.help) {
    process.stdout.write(HELP);
    return EXIT.ok;
  }
  const [rate, seconds, losses, stored] = [values.rate, values.seconds, values.losses, values.stored].map(Number) as [number, number, number, number];
  const folder = await mkdtemp(join(tmpdir(), 'souk-console-'));
  const shop = await startShopProcess({ folder, console: true, env: { ...process.env, LOG_LEVEL: 'error', ...WITHOUT_LIMITS } });
  const browser = await openBrowser();
  try {
    const work = workOf(await prepareLoad(shop));
    const { origin } = new URL(shop.consoleUrl ?? '');
    const context = { shop, origin, browser, work, records: embeddedRecords(folder), rate };
    const wrong = [
      ...(await paintedInTime(context, seconds)),
      ...(await losesNothing(context, losses)),
      ...(await firstOrder(context, stored)),
    ];
    for (const sentence of wrong) say(`WRONG: ${sentence}`);
    return wrong.length === 0 ? EXIT.ok : EXIT.failed;
  } finally {
    await browser.close();
    await shop.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Context {
  readonly shop: ShopProcess;
  /** Origin of the shop's console. */
  readonly origin: string;
  readonly browser: Browser;
  readonly work: Work;
  readonly records: ShopRecords;
  readonly rate: number;
}

/** Committed to painted, and the longest task of the page meanwhile. */
async function paintedInTime({ shop, origin, browser, work, records, rate }: Context, seconds: number): Promise<string[]> {
  const watched = await watch(await signedIn(browser, shop, origin), origin);
  await runLoad({ ...work, rate, seconds });
  await allEnded(records);
  await Bun.sleep(1000);
  await watched.end();
  const took = percentilesOf(watched.painted.map(({ committedAt, paintedAt }) => Math.max(0, paintedAt - committedAt)));
  const tasks = await watched.page.evaluate(takeLongTasks);
  say(`committed to painted at ${rate} orders/s, ${watched.painted.length} entries: p50 ${took.p50} ms, p99 ${took.p99} ms, longest ${took.max} ms (goal: p50 60, p95 200)`);
  say(`p95: ${percentile(watched.painted.map(({ committedAt, paintedAt }) => paintedAt - committedAt), 0.95)} ms`);
  say(`tasks of more than 50 ms meanwhile: ${tasks.length}${tasks.length > 0 ? ` (${tasks.map(Math.round).join(', ')} ms)` : ''}`);
  await watched.page.context().close();
  return watched.painted.length === 0 ? ['nothing was painted'] : [];
}

/** Half of the losses are connections that break, the other half connections that fall silent. */
async function losesNothing({ shop, browser, work, records, rate }: Context, losses: number): Promise<string[]> {
  // As it would run in a container: the one beside the embedded shop is not to be reached through another port.
  const apart = createConsole({ port: 0, host: '127.0.0.1', urls: shop.urls, mode: 'write', embedded: false, logger: createLogger({ service: 'console', level: 'error' }) });
  const { url } = await apart.start();
  const proxy = await tcpProxy({ host: '127.0.0.1', port: Number(new URL(url).port) });
  try {
    const watched = await watch(await signedIn(browser, shop, url), `http://127.0.0.1:${proxy.port}`);
    const startedAt = Date.now();
    const over = new AbortController();
    const load = runLoad({ ...work, rate, seconds: 3600, signal: over.signal });
    const saidAfter: number[] = [];
    for (let loss = 0; loss < losses; loss += 1) saidAfter.push(await lose(proxy, watched.page, loss % 2 === 0 ? 'away' : 'stall'));
    over.abort();
    await load;
    await allEnded(records);
    await Bun.sleep(3000);
    await watched.end();
    const committed = await committedSince(records, startedAt);
    const seen = watched.painted.filter(({ committedAt }) => committedAt >= startedAt).map(({ id }) => id);
    const missed = committed.filter((id) => !seen.includes(id)).length;
    const doubled = seen.length - new Set(seen).size;
    say(`after ${losses} losses of the link, ${committed.length} entries: ${missed} missed, ${doubled} doubled; a loss is said within ${Math.max(0, ...saidAfter)} ms (goal 6000)`);
    await watched.page.context().close();
    return missed + doubled === 0 ? [] : [`${missed} entries missed, ${doubled} doubled`];
  } finally {
    await proxy.close();
    await apart.close();
  }
}

/** Breaks the link until the page says so, and mends it; answers after how many milliseconds it was said. */
async function lose(proxy: TcpProxy, page: Page, how: 'away' | 'stall'): Promise<number> {
  const lostAt = performance.now();
  proxy.set(how);
  await page.locator('.link-state', { hasText: 'link lost' }).waitFor({ timeout: 15_000 });
  const saidAfter = Math.round(performance.now() - lostAt);
  proxy.cut();
  proxy.set('forward');
  await page.locator('.link-state.is-done').waitFor({ timeout: 20_000 });
  await Bun.sleep(500);
  return saidAfter;
}

async function firstOrder({ shop, origin, browser, work, records }: Context, stored: number): Promise<string[]> {
  await runLoad({ ...work, rate: 1000, seconds: Math.ceil(stored / 1000) });
  await allEnded(records);
  const context = await signedIn(browser, shop, origin);
  const times: number[] = [];
  for (let turn = 0; turn < 5; turn += 1) {
    const page = await context.newPage();
    await page.goto(origin);
    await page.locator('[role=option]').first().waitFor();
    times.push(await page.evaluate(takeFirstOrder));
    await page.close();
  }
  say(`first order visible with ${stored} stored: ${times.join(', ')} ms (goal 500)`);
  await context.close();
  return [];
}

/** A browser context with the cookie of the shop's admin. */
async function signedIn(browser: Browser, shop: ShopProcess, origin: string) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await context.addInitScript(noteLongTasks);
  await context.addInitScript(noteFirstOrder);
  const { email, password } = shop.accounts.admin;
  const answer = await context.request.post(`${origin}/session`, { data: { email, password }, headers: { origin, 'x-souk-console': '1' } });
  if (!answer.ok()) throw new Error(`the sign-in at the console was refused: ${answer.status()} ${await answer.text()}`);
  return context;
}

/** Interval at which a page's notes are taken from it: it keeps 2,000 entries. */
const TAKE_EVERY_MS = 300;

async function watch(context: Awaited<ReturnType<typeof signedIn>>, origin: string): Promise<Watched> {
  const page = await context.newPage();
  await page.goto(`${origin}/?measure=1`);
  await page.locator('.link-state.is-done').waitFor();
  const painted: Painted[] = [];
  const take = async () => void painted.push(...(await page.evaluate(takePainted)));
  const over = new AbortController();
  const taking = (async () => {
    while (!over.signal.aborted) {
      await take();
      await Bun.sleep(TAKE_EVERY_MS);
    }
  })();
  return {
    page,
    painted,
    async end() {
      over.abort();
      await taking;
      await take();
    },
  };
}

/** Ids of what the order, inventory and payment services committed from this time on. */
async function committedSince(records: ShopRecords, at: number): Promise<string[]> {
  const ids: string[] = [];
  for (const service of ['order', 'inventory', 'payment'] as const) {
    const rows = await records.sql(service, (read) => allOf(read<{ id: string }>(`select id from events where at >= ${at}`)));
    ids.push(...rows.map(({ id }) => id));
  }
  return ids;
}

/** Notes that a page keeps of itself; the functions below run there. */
interface NotingPage {
  soukPainted?: Painted[];
  soukLongTasks?: number[];
  /** When the first order was painted: milliseconds since the page was asked for. */
  soukFirstOrder?: number;
}

function takePainted(): Painted[] {
  return (globalThis as NotingPage).soukPainted?.splice(0) ?? [];
}

function takeLongTasks(): number[] {
  return (globalThis as NotingPage).soukLongTasks?.splice(0) ?? [];
}

function noteLongTasks(): void {
  const noted: number[] = [];
  (globalThis as NotingPage).soukLongTasks = noted;
  const observer = new PerformanceObserver((list) => noted.push(...list.getEntries().map(({ duration }) => duration)));
  // Of browsers only.
  observer.observe({ type: 'longtask' as 'mark', buffered: true });
}

/** The page itself looks: a test driver would see the order a tenth of a second later. */
function noteFirstOrder(): void {
  const look = () => {
    if ((globalThis as unknown as BrowserPage).document.querySelector('[role=option]') === null) requestFrame(look);
    else requestFrame(() => setTimeout(() => void ((globalThis as NotingPage).soukFirstOrder = performance.now())));
  };
  const requestFrame = (then: () => void) => (globalThis as unknown as BrowserPage).requestAnimationFrame(then);
  requestFrame(look);
}

interface BrowserPage {
  readonly document: { querySelector(selector: string): object | null };
  requestAnimationFrame(then: () => void): void;
}

async function takeFirstOrder(): Promise<number> {
  for (;;) {
    const at = (globalThis as NotingPage).soukFirstOrder;
    if (at !== undefined) return Math.round(at);
    await new Promise((done) => setTimeout(done, 20));
  }
}

function workOf({ orderUrl, tokenOf, bodyOf }: Load): Work {
  return { orderUrls: [orderUrl], order: async (n) => ({ token: await tokenOf(n), body: bodyOf(n) }) };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await exitCodeOf(main, HELP);
