import { mkdir } from 'node:fs/promises';
import { createLogger, LOG_LEVELS, type LogLevel } from '@souk/chassis/logging';
import { runUntilSignal } from '@souk/chassis/lifecycle';
import { EnvironmentError, EXIT } from './cli/exit-code.ts';
import type { StartArguments } from './cli/start-arguments.ts';
import { humanReporter, jsonReporter, type Reporter } from './cli/terminal.ts';
import { loadAccounts, type Account, type Accounts } from './embedded/accounts.ts';
import { embeddedShop, type EmbeddedShop } from './embedded/embedded-shop.ts';
import { shopFiles } from './embedded/shop-files.ts';
import { seedShop } from './shop/seed-shop.ts';
import { RefusedError, shopClient, type ShopClient } from './shop/shop-client.ts';
import { playStory } from './stories/play-story.ts';
import { STORIES } from './stories/stories.ts';

/** Starts the shop, plays the stories, and stays up or stops. Answers the exit code. */
export async function startShop(wanted: StartArguments): Promise<number> {
  const startedAt = performance.now();
  await writableFolder(wanted.dataFolder);
  const accounts = await loadAccounts(shopFiles(wanted.dataFolder).accounts);
  const logLevel = readLogLevel(process.env.LOG_LEVEL);
  const reporter = reporterFor(wanted);
  const { dataFolder: folder, firstPort } = wanted;
  const shop = embeddedShop({ folder, firstPort, admin: accounts.admin, logLevel, env: process.env });
  let asTold = true;
  const demo = {
    name: 'stories',
    async start() {
      reporter.ready(shop.urls(), performance.now() - startedAt);
      if (wanted.demo) asTold = await playStories(shopClient(shop.urls()), accounts, reporter);
    },
  };
  if (wanted.once) {
    await shop.start();
    await demo.start();
    await shop.stop();
    return asTold ? EXIT.ok : EXIT.failed;
  }
  const logger = createLogger({ service: 'system', level: logLevel });
  const life = { start: () => begin(shop, demo.start, reporter, accounts), stop: () => shop.stop() };
  const code = await runUntilSignal(life, { logger });
  reporter.note('stopped');
  return code === 0 && asTold ? EXIT.ok : EXIT.failed;
}

async function begin(shop: EmbeddedShop, demo: () => Promise<void>, reporter: Reporter, accounts: Accounts): Promise<void> {
  await shop.start();
  await demo();
  for (const line of invitation(shop, accounts)) reporter.note(line);
}

async function playStories(shop: ShopClient, accounts: Accounts, reporter: Reporter): Promise<boolean> {
  const staff = await shop.signIn(accounts.admin.email, accounts.admin.password);
  await seedShop(shop, staff.accessToken);
  const customer = await signInOrRegister(shop, accounts.customer);
  let asTold = true;
  for (const story of STORIES) {
    reporter.storyBegins(story);
    const result = await playStory(shop, customer, story, reporter.entry);
    reporter.storyEnds(result);
    asTold &&= result.asTold;
  }
  return asTold;
}

async function signInOrRegister(shop: ShopClient, { email, password }: Account): Promise<string> {
  try {
    return (await shop.signIn(email, password)).accessToken;
  } catch (error) {
    if (!(error instanceof RefusedError && error.problem.status === 401)) throw error;
    await shop.register(email, password, 'Ada Lovelace');
    return (await shop.signIn(email, password)).accessToken;
  }
}

function invitation(shop: EmbeddedShop, { customer }: Accounts): readonly string[] {
  const { order, product, user } = shop.urls();
  const body = JSON.stringify({ email: customer.email, password: customer.password });
  return [
    'Look around:',
    `  curl -s '${product}/products?sort=price'`,
    `  curl -s ${order}/saga`,
    'Sign in as the customer of the stories and list her orders:',
    `  TOKEN=$(curl -s ${user}/sessions -H 'content-type: application/json' -d '${body}' | sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/')`,
    `  curl -s ${order}/orders -H "authorization: Bearer $TOKEN"`,
    'Ctrl-C stops the shop; its data stays.',
  ];
}

async function writableFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await Bun.write(`${folder}/.writable`, '');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new EnvironmentError(`${folder} cannot be written: ${why}`, 'Choose another folder: npm start -- --data DIR', { cause });
  }
}

function readLogLevel(wanted = 'warn'): LogLevel {
  return LOG_LEVELS.find((level) => level === wanted) ?? 'warn';
}

function reporterFor({ json, once }: StartArguments): Reporter {
  const write = (text: string) => void process.stdout.write(text);
  if (json) return jsonReporter(write, { announceReady: !once });
  return humanReporter({ write, isTerminal: process.stdout.isTTY }, process.env);
}
