import { lifecycle, runUntilSignal } from '@souk/chassis/service/lifecycle';
import { createLogger, LOG_LEVELS, type LogLevel } from '@souk/chassis/telemetry/logging';
import { EXIT } from '../../cli/errors.ts';
import { invitation } from './invitation.ts';
import type { StartArguments } from './start-arguments.ts';
import { humanReporter, jsonReporter, type Reporter } from '../../cli/terminal.ts';
import type { Account } from '../embedded/accounts.ts';
import { type WantedShop, wantedShop } from './open-shop.ts';
import { adminToken } from '../admin-session.ts';
import { seedShop } from '../seed-shop.ts';
import { shopClient, type ShopClient } from '../shop-client.ts';
import { playStory, type StoryResult } from '../stories.ts';
import { STORIES } from '../stories/stories.ts';

const STOP_LIMIT_MS = 60_000;

/** Starts the shop, plays the stories, and stays up or stops. Returns the exit code. */
export async function startShop(wanted: StartArguments): Promise<number> {
  const startedAt = performance.now();
  const logLevel = readLogLevel(process.env.LOG_LEVEL);
  const reporter = reporterFor(wanted);
  const { shop, accounts, accountsFile, adminPasswordFile } = await wantedShop(wanted, logLevel, reporter.progress);
  let asTold = true;
  const stories = {
    name: 'stories',
    async start() {
      reporter.ready(shop.urls(), performance.now() - startedAt);
      const played = wanted.demo ? await playStories(shopClient(shop.urls()), { accounts, adminPasswordFile }, reporter) : [];
      asTold = played.every((story) => story.asTold);
      if (wanted.once) return;
      const open = { engines: wanted.engines, urls: shop.urls(), accounts, accountsFile, order: played[0]?.orderId };
      for (const line of invitation(open)) reporter.note(line);
    },
    stop: () => undefined,
  };
  const life = lifecycle([{ name: 'shop', start: shop.start, stop: shop.stop }, stories], { limitMs: STOP_LIMIT_MS });
  const code = await runUntilSignal(life, { logger: createLogger({ service: 'system', level: logLevel }), once: wanted.once });
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
  const customer = await registeredOnce(shop, admin, accounts.customer);
  const results: StoryResult[] = [];
  for (const story of STORIES) {
    reporter.storyBegins(story);
    const result = await playStory(shop, customer, story, reporter.entry);
    reporter.storyEnds(result);
    results.push(result);
  }
  return results;
}

/**
 * Looks the customer up first. A failed sign-in would be a security event on the first page that a user sees of this shop, and
 * registering an existing customer would count against the hourly limit for the next starts, of which there may be many.
 */
async function registeredOnce(shop: ShopClient, admin: string, { email, password }: Account): Promise<string> {
  const { items } = await shop.usersByEmail(admin, email);
  if (items.length === 0) await shop.register(email, password, 'Ada Lovelace');
  return (await shop.signIn(email, password)).accessToken;
}

function readLogLevel(wanted = 'warn'): LogLevel {
  return LOG_LEVELS.find((level) => level === wanted) ?? 'warn';
}

function reporterFor({ json, once }: StartArguments): Reporter {
  const write = (text: string) => void process.stdout.write(text);
  if (json) return jsonReporter(write, { announceReady: !once });
  return humanReporter({ write, isTerminal: process.stdout.isTTY }, process.env);
}
