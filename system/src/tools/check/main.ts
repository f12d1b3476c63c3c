import type { Environment } from '@souk/chassis/service/config';
import { type RealServer, SERVER_VARIABLES } from '@souk/chassis/testing/server-variables';
import { EnvironmentError, EXIT } from '../../cli/errors.ts';
import { type Server, serverEnvironment } from '../servers/server.ts';
import { describeServer, startServer } from '../servers/start-servers.ts';
import { failedTests, notRun, outcomeOf, type Skipped } from './step-outcome.ts';
import { killRunning, runCommand } from './run-command.ts';
import { shapesOf, shapeTable } from './shape.ts';
import { ADVISORIES, fuzzing, LOOKS, ROOT, type Step, TESTS } from './steps.ts';

/**
 * `npm test`: types, lint, unused code, supply chain, audit, a report of the source's shape, every package's tests, and fuzzing.
 * Ends with `N passed, N failed`; a step that is not a test suite counts as one. With `--real` or REQUIRE_REAL=1 it also tests on
 * real servers, which it starts; a server that cannot be started counts as one failure.
 */
const WHOLE_LIMIT_MS = 2_640_000;
/** Examples per operation. `whole`: enough to find what there is; `quick`: as many as take a minute or so, after each change. */
const EXAMPLES = { whole: 300, quick: 20 };

const say = (line: string) => void process.stdout.write(`${line}\n`);
const deadline = performance.now() + WHOLE_LIMIT_MS;
let passed = 0;
let failed = 0;
/** Failed steps, and under each the titles of its failed tests. */
const red: string[] = [];
const skipped: Skipped[] = [];

function failing(name: string, count: number, tests: readonly string[] = []): void {
  failed += count;
  if (count > 0) red.push(name, ...tests.map((test) => `  ${test}`));
}

async function run(step: Step, env: Environment): Promise<void> {
  say(`\n== ${step.name}`);
  const startedAt = performance.now();
  const limitMs = Math.min(step.limitMs, Math.max(1, deadline - performance.now()));
  const { output, code, tooLong } = await runCommand({ ...step, env, limitMs, ...(step.counts === 'tests' && { mark: step.name }) });
  if (tooLong) say(`${step.name}: killed after ${Math.round(limitMs / 1000)} s`);
  const outcome = outcomeOf(step, { output, code }, mustRun);
  say(`== ${step.name}: ${outcome.passed} passed, ${outcome.failed} failed after ${Math.round((performance.now() - startedAt) / 1000)} s`);
  passed += outcome.passed;
  failing(step.name, outcome.failed, failedTests(output));
  skipped.push(...outcome.skipped);
}

/** Runs the rows in parallel, each in its order; `last` follows the first row. */
async function runTests(env: Environment, last: Step): Promise<void> {
  const rows = TESTS.map((row, at) => (at === 0 ? [...row, last] : row));
  await Promise.all(
    rows.map(async (row) => {
      for (const step of row) await run(step, env);
    }),
  );
}

async function runOnRealServers(last: Step): Promise<void> {
  say('\n== real servers');
  const servers = await realServers(process.env);
  for (const name of servers.missing) failing(name, 1);
  try {
    await runTests({ ...process.env, ...servers.env, REQUIRE_REAL: '1' }, last);
  } finally {
    await servers.stop();
  }
}

/** For information: whatever happens to it, the tests run. */
async function reportShape(): Promise<void> {
  const table = await shapesOf(ROOT).then(shapeTable, String);
  say(`\n== shape of the source, for information\n${table}`);
}

interface RealServers {
  /** Environment that tells tests where the running servers are. */
  readonly env: Readonly<Record<string, string>>;
  /** Names of the servers that could not be started; the reasons have been printed. */
  readonly missing: readonly RealServer[];
  stop(): Promise<void>;
}

/** Starts each of the three servers that the environment does not name already. */
async function realServers(env: Environment): Promise<RealServers> {
  const names = Object.keys(SERVER_VARIABLES) as RealServer[];
  const given = names.filter((name) => env[SERVER_VARIABLES[name]]);
  for (const name of given) say(`${name}: the one of ${SERVER_VARIABLES[name]}`);
  const servers: Server[] = [];
  const missing: RealServer[] = [];
  async function start(name: RealServer): Promise<void> {
    try {
      const server = await startServer(name, say);
      say(describeServer(server));
      servers.push(server);
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      say(`${error.message}\n${error.cure}`);
      missing.push(name);
    }
  }
  await Promise.all(names.filter((name) => !given.includes(name)).map(start));
  return {
    env: serverEnvironment(servers),
    missing,
    stop: async () => void (await Promise.all(servers.map((server) => server.stop()))),
  };
}

const [flag, ...more] = process.argv.slice(2);
const mustRun = flag === '--real' || process.env['REQUIRE_REAL'] === '1';
if (more.length > 0 || (flag !== undefined && flag !== '--real')) {
  process.stderr.write('npm test            types, lint, unused code, tests, fuzzing\nnpm test -- --real  the same at length, and tests on real servers\n');
  process.exit(EXIT.usage);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    killRunning();
    // The servers end with this process.
    process.exit(EXIT.failed);
  });
}

for (const step of [...LOOKS, ADVISORIES]) await run(step, process.env);
await reportShape();
const lastly = fuzzing(mustRun ? EXAMPLES.whole : EXAMPLES.quick);
if (mustRun) await runOnRealServers(lastly);
else await runTests(process.env, lastly);

const failures = red.length > 0 ? `\nFAILED:\n${red.map((line) => `  ${line}\n`).join('')}` : '';
const end = `${notRun(skipped)}${failures}\n${passed} passed, ${failed} failed\n`;
await new Promise((written) => void process.stdout.write(end, written));
process.exit(failed === 0 && passed > 0 ? EXIT.ok : EXIT.failed);
