import { lifecycle, runUntilSignal } from '@souk/chassis/lifecycle';
import { createLogger, LOG_LEVELS, type LogLevel } from '@souk/chassis/logging';
import { EXIT } from './cli/exit-code.ts';
import type { StartArguments } from './cli/start-arguments.ts';
import { humanReporter, jsonReporter, type Reporter } from './cli/terminal.ts';
import type { Account, Accounts } from './embedded/accounts.ts';
import { wantedShop } from './open-shop.ts';
import { seedShop } from './shop/seed-shop.ts';
import { RefusedError, shopClient, type ServiceUrls, type ShopClient } from './shop/shop-client.ts';
import { playStory } from './stories/play-story.ts';
import { STORIES } from './stories/stories.ts';

const STOP_LIMIT_MS = 60_000;

/** Starts the shop, plays the stories, and stays up or stops. Answers the exit code. */
export async function startShop(wanted: StartArguments): Promise<number> {
  const startedAt = performance.now();
  const logLevel = readLogLevel(process.env.LOG_LEVEL);
  const reporter = reporterFor(wanted);
  const { shop, accounts } = await wantedShop(wanted, logLevel, reporter.progress);
  let asTold = true;
  const stories = {
    name: 'stories',
    async start() {
      reporter.ready(shop.urls(), performance.now() - startedAt);
      if (wanted.demo) asTold = await playStories(shopClient(shop.urls()), accounts, reporter);
      if (!wanted.once) for (const line of invitation(wanted, shop.urls(), accounts)) reporter.note(line);
    },
    stop: () => undefined,
  };
  const life = lifecycle([{ name: 'shop', start: shop.start, stop: shop.stop }, stories], { limitMs: STOP_LIMIT_MS });
  const code = await runUntilSignal(life, { logger: createLogger({ service: 'system', level: logLevel }), once: wanted.once });
  if (!wanted.once) reporter.note('stopped');
  return code === 0 && asTold ? EXIT.ok : EXIT.failed;
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

const LEAVING = {
  embedded: 'Ctrl-C stops the shop; its data stays.',
  real: 'Ctrl-C stops the shop and its servers; nothing of it stays.',
  deployed: 'Ctrl-C ends this program; the shop goes on.',
} as const;

function invitation({ engines }: StartArguments, { order, product, user }: ServiceUrls, { customer }: Accounts): readonly string[] {
  const body = JSON.stringify({ email: customer.email, password: customer.password });
  return [
    'Look around:',
    `  curl -s '${product}/products?sort=price'`,
    `  curl -s ${order}/saga`,
    'Sign in as the customer of the stories and list her orders:',
    `  TOKEN=$(curl -s ${user}/sessions -H 'content-type: application/json' -d '${body}' | sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/')`,
    `  curl -s ${order}/orders -H "authorization: Bearer $TOKEN"`,
    ...(engines === 'real' ? ['Hold all its promises against its databases and its log:', '  npm run verify -- --real .souk/real.json'] : []),
    LEAVING[engines],
  ];
}

function readLogLevel(wanted = 'warn'): LogLevel {
  return LOG_LEVELS.find((level) => level === wanted) ?? 'warn';
}

function reporterFor({ json, once }: StartArguments): Reporter {
  const write = (text: string) => void process.stdout.write(text);
  if (json) return jsonReporter(write, { announceReady: !once });
  return humanReporter({ write, isTerminal: process.stdout.isTTY }, process.env);
}
