import { parseArgs } from 'node:util';
import { temporaryFolder } from '@souk/chassis/testing/temporary-folder';
import { EnvironmentError, EXIT } from '../cli/exit-code.ts';
import { type FuzzRun, fuzzRuns } from './fuzz-runs.ts';
import { type FuzzOutcome, fuzzService, type FuzzSettings } from './fuzz-service.ts';
import { startFuzzShop } from './fuzz-shop.ts';
import { installSchemathesis } from './install-schemathesis.ts';

/** `npm run fuzz`: each service against its own OpenAPI document. Ends with the counts of `npm test`. */
const { values } = parseArgs({
  options: {
    examples: { type: 'string', default: '300' },
    seconds: { type: 'string', default: '90' },
    seed: { type: 'string', default: '1' },
    real: { type: 'boolean', default: false },
  },
});
/** A run keeps one core busy, what it asks half of another. */
const AT_ONCE = 2;

const say = (line: string) => void process.stdout.write(`${line}\n`);

async function fuzzAll(settings: FuzzSettings, folder: string): Promise<readonly FuzzOutcome[]> {
  const shop = await startFuzzShop(values.real ? 'real' : 'embedded', folder, say);
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

try {
  const program = await installSchemathesis(say);
  using folder = temporaryFolder();
  const settings = { program, examples: Number(values.examples), limitS: Number(values.seconds), seed: Number(values.seed) };
  say(`at most ${settings.examples} examples per operation and ${settings.limitS} s per service and role, seed ${settings.seed}`);
  const outcomes = await fuzzAll(settings, folder.path);
  const sum = (of: 'passed' | 'failed') => outcomes.reduce((total, outcome) => total + outcome[of], 0);
  say(`\n ${sum('passed')} pass\n ${sum('failed')} fail`);
  process.exitCode = sum('failed') === 0 ? EXIT.ok : EXIT.failed;
} catch (error) {
  if (!(error instanceof EnvironmentError)) throw error;
  process.stderr.write(`NOT RUN: ${error.message}. ${error.cure}\n`);
  process.exitCode = EXIT.environment;
}
