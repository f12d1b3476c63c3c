import { parseArgs } from 'node:util';
import { temporaryFolder } from '@souk/chassis/testing/temporary-folder';
import { EnvironmentError, EXIT, UsageError, withUsage } from '../../cli/errors.ts';
import { type FuzzRun, fuzzRuns } from './fuzz-runs.ts';
import { type FuzzOutcome, fuzzService, type FuzzSettings } from './schemathesis.ts';
import { startFuzzShop } from './fuzz-shop.ts';
import { installSchemathesis } from './install-schemathesis.ts';

const HELP = `npm run fuzz            each service against its own OpenAPI document, on an embedded shop
npm run fuzz -- --real  the same on five processes with servers of their own
  --examples N          examples per operation and role (default 300)
  --seconds N           for each service and role (default 90)
  --seed N              the same one asks the same things (default 1)
`;

/** A run keeps one core busy, and the service it tests half of another. */
const AT_ONCE = 2;

const say = (line: string) => void process.stdout.write(`${line}\n`);

async function fuzzAll(engines: 'real' | 'embedded', settings: FuzzSettings, folder: string): Promise<readonly FuzzOutcome[]> {
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
    if (!Number.isInteger(value) || value < 1) throw new UsageError(`--${name}: a whole number from 1 on`);
    return value;
  };
  return { ...values, examples: number('examples'), limitS: number('seconds'), seed: number('seed') };
}

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
