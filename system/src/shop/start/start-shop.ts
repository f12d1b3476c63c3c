import { lifecycle, runUntilSignal } from '@souk/chassis/service/lifecycle';
import { createLogger, LOG_LEVELS, type LogLevel } from '@souk/chassis/telemetry/logging';
import type { TimelineEntry } from '@souk/contracts/http/order';
import type { ServiceName } from '@souk/contracts/services';
import { EXIT } from '../../cli/errors.ts';
import type { Account, Accounts } from '../embedded/accounts.ts';
import { seedShop } from '../seed-shop.ts';
import { type ServiceUrls, shopClient, type ShopClient } from '../shop-client.ts';
import { adminToken, customerToken } from '../sign-in.ts';
import { playStory, STORIES, type Story, type StoryResult } from '../stories.ts';
import { heldLog } from './held-log.ts';
import { type WantedShop, wantedShop } from './open-shop.ts';
import type { StartArguments } from './start-arguments.ts';
import { type ConsoleLink, expectConsolePort, shopConsole } from './start-console.ts';

const STOP_LIMIT_MS = 60_000;

/** Starts the shop, plays the stories, and stays up or stops. Returns the exit code. */
export async function startShop(wanted: StartArguments): Promise<number> {
  const startedAt = performance.now();
  const logLevel = readLogLevel(process.env.LOG_LEVEL);
  const reporter = reporterFor(wanted);
  const log = heldLog();
  const { shop, accounts, accountsFile, adminPasswordFile } = await wantedShop(wanted, { logLevel, logTo: log, note: reporter.progress });
  const console = shopConsole({ wanted, accounts, logLevel, urls: shop.urls });
  let asTold = true;
  const stories = {
    name: 'stories',
    async start() {
      reporter.ready(shop.urls(), performance.now() - startedAt, console?.link());
      log.open();
      const played = wanted.demo ? await playStories(shopClient(shop.urls()), { accounts, adminPasswordFile }, reporter) : [];
      asTold = played.every((story) => story.asTold);
      if (wanted.once) return;
      const open = { engines: wanted.engines, urls: shop.urls(), accounts, accountsFile, order: played[0]?.orderId };
      for (const line of invitation(open)) reporter.note(line);
    },
    stop: () => undefined,
  };
  const ports = { name: 'ports', start: () => expectConsolePort(wanted), stop: () => undefined };
  const parts = [ports, { name: 'shop', start: shop.start, stop: shop.stop }, ...(console === undefined ? [] : [console]), stories];
  const life = lifecycle(parts, { limitMs: STOP_LIMIT_MS });
  const code = await runUntilSignal(life, { logger: createLogger({ service: 'system', level: logLevel, destination: log }), once: wanted.once }).finally(log.open);
  if (!wanted.once) reporter.note('stopped');
  return code === 0 && asTold ? EXIT.ok : EXIT.failed;
}

async function playStories(
  shop: ShopClient,
  { accounts, adminPasswordFile }: Pick<WantedShop, 'accounts' | 'adminPasswordFile'>,
  reporter: Reporter,
): Promise<readonly StoryResult[]> {
  const admin = await adminToken(shop, accounts.admin, adminPasswordFile);
  await seedShop(shop, admin);
  const customer = await customerToken(shop, admin, accounts.customer);
  const results: StoryResult[] = [];
  for (const story of STORIES) {
    reporter.storyBegins(story);
    const result = await playStory(shop, customer, story, reporter.entry);
    reporter.storyEnds(result);
    results.push(result);
  }
  return results;
}

function readLogLevel(wanted = 'warn'): LogLevel {
  return LOG_LEVELS.find((level) => level === wanted) ?? 'warn';
}

function reporterFor({ json, once }: StartArguments): Reporter {
  const write = (text: string) => void process.stdout.write(text);
  if (json) return jsonReporter(write, { announceReady: !once });
  return humanReporter({ write, isTerminal: process.stdout.isTTY }, process.env);
}

/** Output of a run for its reader: a person at a terminal, a log file, or a program. */
interface Reporter {
  progress(text: string): void;
  ready(urls: Readonly<Record<ServiceName, string>>, ms: number, console: ConsoleLink | undefined): void;
  storyBegins(story: Story): void;
  entry(entry: TimelineEntry): void;
  storyEnds(result: StoryResult): void;
  note(text: string): void;
}

interface Output {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

function humanReporter({ write, isTerminal }: Output, env: Environment): Reporter {
  const paint = painter(isTerminal && (env.NO_COLOR ?? '') === '');
  const line = (text = '') => write(`${text}\n`);
  return {
    progress: (text) => line(paint.dim(text)),
    ready(urls, ms, console) {
      if (console !== undefined) {
        line(`${paint.bold('Console')}     ${paint.cyan(console.url)}`);
        line(paint.dim(`            ${console.signsIn ? 'signs in its first visitor as the admin, within 15 minutes' : 'sign in as staff'}`));
      }
      line(`${paint.bold('Souk is open')} ${paint.dim(`(ready in ${Math.round(ms)} ms)`)}`);
      for (const [name, url] of Object.entries(urls)) line(`  ${name.padEnd(10)}${paint.cyan(`${url}/docs`)}`);
      line();
    },
    storyBegins: (story) => line(paint.bold(story.title)),
    entry: (entry) => line(`  ${entryText(entry, paint)}`),
    storyEnds({ status, reason, ms, asTold }) {
      const end = reason === null ? status : `${status} (${reason})`;
      line(`  ${asTold ? paint.green('as it should') : paint.red('NOT as it should')}: ${end} after ${ms} ms`);
      line();
    },
    note: line,
  };
}

/** Prints one JSON line per story, and one when the services are ready unless only the stories are wanted. */
function jsonReporter(write: (text: string) => void, { announceReady }: { announceReady: boolean }): Reporter {
  const line = (value: object) => write(`${JSON.stringify(value)}\n`);
  const quiet = () => undefined;
  return {
    progress: quiet,
    ready: (urls, ms, console) => (announceReady ? line({ ready: true, ms: Math.round(ms), urls, ...(console && { console: console.url }) }) : undefined),
    storyBegins: quiet,
    entry: quiet,
    storyEnds: ({ asTold: _asTold, ...result }) => line(result),
    note: quiet,
  };
}

function entryText({ seq, at, service, name, from, to, reason }: TimelineEntry, paint: ReturnType<typeof painter>): string {
  const step = to === null ? '' : `${from ?? 'new'} -> ${to}`;
  const why = reason === null ? '' : `(${reason})`;
  const time = paint.dim(at.slice(11, 23));
  return `${String(seq).padStart(2)} ${time} ${service.padEnd(9)} ${paint.cyan(name.padEnd(24))} ${step} ${why}`.trimEnd();
}

function painter(isColoured: boolean) {
  const style = (code: number) => (text: string) => (isColoured ? `\u001B[${code}m${text}\u001B[0m` : text);
  return { bold: style(1), dim: style(2), red: style(31), green: style(32), cyan: style(36) };
}

interface Open {
  readonly engines: StartArguments['engines'];
  readonly urls: ServiceUrls;
  readonly accounts: Accounts;
  /** The file of the accounts; undefined for a shop that was set up elsewhere. */
  readonly accountsFile: string | undefined;
  /** An order of the stories, if they were played; otherwise there is no customer either. */
  readonly order: string | undefined;
}

const LEAVING = {
  embedded: 'Ctrl-C stops the shop; its data stays.',
  real: 'Ctrl-C stops the shop and its servers; nothing of it stays.',
  deployed: 'Ctrl-C ends this program; the shop goes on.',
} as const;

/** Lines that tell first-time users what they can do now; every command can be pasted. */
export function invitation(open: Open): readonly string[] {
  const { engines, urls } = open;
  return [
    'In a browser, the pages above show every request of each service. From a shell:',
    `  curl -s '${urls.product}/products?sort=price'`,
    `  curl -s ${urls.order}/saga`,
    ...customerLines(open),
    ...staffLines(open),
    ...(engines === 'real' ? ['Check all its promises against its databases and its log:', '  npm run verify -- --real .souk/real.json'] : []),
    LEAVING[engines],
  ];
}

function customerLines({ urls, accounts: { customer }, order }: Open): readonly string[] {
  if (order === undefined) return [`Register a customer with POST /users (${urls.user}/docs), or leave out --no-demo: the start then creates goods and a customer.`];
  return [
    'Sign in as the customer of the stories, list her orders, and follow one of them to its end:',
    `  TOKEN=$(${signIn(urls, `'${accountBody(customer)}'`)})`,
    `  curl -s ${urls.order}/orders -H "authorization: Bearer $TOKEN"`,
    `  curl -sN ${urls.order}/orders/${order}/stream -H "authorization: Bearer $TOKEN"`,
  ];
}

function staffLines({ urls, accounts: { admin }, accountsFile }: Open): readonly string[] {
  if (accountsFile === undefined) return [];
  const body = `"$(node -p 'JSON.stringify(require(process.argv[1]).admin)' ${quoted(accountsFile)})"`;
  return [
    `Sign in as staff (${admin.email}, the password is in ${accountsFile}) and list all orders and the dead letters:`,
    `  STAFF=$(${signIn(urls, body)})`,
    `  curl -s ${urls.order}/orders -H "authorization: Bearer $STAFF"`,
    `  curl -s ${urls.order}/ops/dead-letters -H "authorization: Bearer $STAFF"`,
  ];
}

function signIn({ user }: ServiceUrls, body: string): string {
  return `curl -s ${user}/sessions -H 'content-type: application/json' -d ${body} | sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/'`;
}

function accountBody({ email, password }: Account): string {
  return JSON.stringify({ email, password });
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}
