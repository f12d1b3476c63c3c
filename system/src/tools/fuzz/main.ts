import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { SERVICES } from '@souk/contracts/services';
import { EnvironmentError, EXIT, UsageError, withUsage } from '../../cli/errors.ts';
import { type Accounts, newAccounts } from '../../shop/embedded/accounts.ts';
import { embeddedShop } from '../../shop/embedded/embedded-shop.ts';
import { WITHOUT_LIMITS } from '../../shop/limit-settings.ts';
import { seedShop } from '../../shop/seed-shop.ts';
import { type ServiceUrls, shopClient } from '../../shop/shop-client.ts';
import type { StartableShop } from '../../shop/start/open-shop.ts';
import { playStory, STORIES } from '../../shop/stories.ts';
import { type FuzzOutcome, fuzzService, type FuzzSettings, type FuzzTarget, installSchemathesis } from './schemathesis.ts';

const HELP = `npm run fuzz            each service against its own OpenAPI document, on an embedded shop
npm run fuzz -- --real  the same on five processes with servers of their own
  --examples N          examples per operation and role (default 300)
  --seconds N           for each service and role (default 90)
  --seed N              the same seed sends the same requests (default 1)
`;

/** `npm run fuzz`. Its output ends with counts that `npm test` reads. */
async function main(): Promise<number> {
  const { examples, limitS, seed, real, help } = fuzzArguments();
  if (help) {
    process.stdout.write(HELP);
    return EXIT.ok;
  }
  const program = await installSchemathesis(say);
  using folder = temporaryFolder();
  say(`at most ${examples} examples per operation and ${limitS} s per service and role, seed ${seed}`);
  const outcomes = await fuzzAll(real ? 'real' : 'embedded', { program, examples, limitS, seed }, folder.path);
  const sum = (of: 'passed' | 'failed') => outcomes.reduce((total, outcome) => total + outcome[of], 0);
  say(`\n ${sum('passed')} pass\n ${sum('failed')} fail`);
  return sum('failed') === 0 ? EXIT.ok : EXIT.failed;
}

type Engines = 'embedded' | 'real';

/** A run keeps one core busy, and the service it tests half of another. */
const AT_ONCE = 2;

async function fuzzAll(engines: Engines, settings: FuzzSettings, folder: string): Promise<readonly FuzzOutcome[]> {
  const shop = await startFuzzShop(engines, folder, say);
  try {
    const waiting = [...fuzzRuns(shop)];
    const outcomes: FuzzOutcome[] = [];
    const next = async (): Promise<void> => {
      for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) {
        const outcome = await fuzzService(await run.target(), settings, folder);
        outcomes.push(outcome);
        show(run, outcome, settings);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
    return outcomes;
  } finally {
    await shop.stop();
  }
}

function show({ name }: FuzzRun, { passed, failed, examples, seconds, isCutShort, output }: FuzzOutcome, { limitS }: FuzzSettings): void {
  if (failed > 0) say(output);
  const cut = isCutShort ? `, CUT SHORT at its limit of ${limitS} s` : '';
  say(`${name}: ${passed} operations as documented, ${failed} not; ${examples} examples in ${seconds} s${cut}`);
}

interface FuzzRun {
  readonly name: string;
  /** Called when the run begins: tokens live for minutes, and all runs together may take longer. */
  target(): Promise<FuzzTarget>;
}

/** Operations that end the caller's session or account: all that follows would be a test of 401. */
const ENDS_THE_CALLER = '^(DELETE /sessions|DELETE /sessions/\\{id\\}|DELETE /users/me|PUT /users/me/password)$';
const THROW_AWAY_USER = join(import.meta.dir, 'throw-away-user.py');

/**
 * Runs every operation as a customer and as an admin; operations that end their caller run with throw-away users. User as an
 * admin comes last: it may take the admin's role away, which holds from the next token on.
 */
function fuzzRuns(shop: FuzzShop): readonly FuzzRun[] {
  const runs = SERVICES.flatMap((service) =>
    (['customer', 'admin'] as const).map((role) => ({
      name: `${service} as ${role}`,
      target: async () => {
        const header = `Authorization: Bearer ${await shop.signIn(role)}`;
        return { url: shop.urls[service], options: ['--header', header, '--exclude-name-regex', ENDS_THE_CALLER], env: {} };
      },
    })),
  );
  const thrownAway = {
    name: 'user as a throw-away user',
    target: async () => ({
      url: shop.urls.user,
      options: ['--include-name-regex', ENDS_THE_CALLER],
      env: { SCHEMATHESIS_HOOKS: THROW_AWAY_USER, SOUK_FUZZ_URL: shop.urls.user },
    }),
  };
  return [...runs.slice(0, -1), thrownAway, ...runs.slice(-1)];
}

type FuzzRole = 'customer' | 'admin';

interface FuzzShop {
  readonly urls: ServiceUrls;
  signIn(role: FuzzRole): Promise<string>;
  stop(): Promise<void>;
}

const SETTINGS = {
  ...WITHOUT_LIMITS,
  /** The longest lifetime allowed, longer than any run. */
  ACCESS_TOKEN_LIFETIME_S: '900',
  /** A stream lasts until its order has ended, which must come before its reader's time-out. */
  ORDER_PAYMENT_TIMEOUT_S: '2',
  ORDER_PAYMENT_LIMIT_S: '2',
};

/** Starts a shop with goods, and with orders of its customer that have ended well and badly. */
async function startFuzzShop(engines: Engines, folder: string, note: (line: string) => void): Promise<FuzzShop> {
  const accounts = newAccounts();
  const { customer } = accounts;
  const shop = await emptyShop(engines, accounts, folder, note);
  await shop.start();
  try {
    const client = shopClient(shop.urls());
    const signIn = async (role: FuzzRole) =>
      (await client.signIn(accounts[role].email, accounts[role].password)).accessToken;
    await client.register(customer.email, customer.password, 'Ada');
    await seedShop(client, await signIn('admin'));
    const token = await signIn('customer');
    for (const story of STORIES) await playStory(client, token, story, () => undefined);
    return { urls: shop.urls(), signIn, stop: () => shop.stop() };
  } catch (error) {
    await shop.stop();
    throw error;
  }
}

async function emptyShop(engines: Engines, accounts: Accounts, folder: string, note: (line: string) => void): Promise<StartableShop> {
  const common = { firstPort: 0, logLevel: 'fatal' } as const;
  if (engines === 'embedded') return embeddedShop({ ...common, faults: false, admin: accounts.admin, folder, env: { ...process.env, ...SETTINGS } });
  // Imported here so that the embedded shop loads neither the drivers nor the test containers.
  const { throwAwayShop } = await import('../../shop/real/real-shop.ts');
  return throwAwayShop({ ...common, accounts, program: 'source', env: SETTINGS, note });
}

function fuzzArguments() {
  const { values } = withUsage(() =>
    parseArgs({
      options: {
        examples: { type: 'string', default: '300' },
        seconds: { type: 'string', default: '90' },
        seed: { type: 'string', default: '1' },
        real: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }),
  );
  const number = (name: 'examples' | 'seconds' | 'seed'): number => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < 1) throw new UsageError(`--${name} needs a whole number from 1 on`);
    return value;
  };
  return { ...values, examples: number('examples'), limitS: number('seconds'), seed: number('seed') };
}

const say = (line: string) => void process.stdout.write(`${line}\n`);

try {
  process.exitCode = await main();
} catch (error) {
  if (error instanceof EnvironmentError) {
    process.stderr.write(`NOT RUN: ${error.message}. ${error.cure}\n`);
    process.exitCode = EXIT.environment;
  } else if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n\n${HELP}`);
    process.exitCode = EXIT.usage;
  } else throw error;
}
