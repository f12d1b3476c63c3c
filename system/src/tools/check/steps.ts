import { join } from 'node:path';
import { SERVICES, type ServiceName } from '@souk/contracts/services';

export interface Step {
  readonly name: string;
  readonly words: readonly string[];
  readonly folder: string;
  /** Units that it adds to the tally: its tests, or itself. */
  readonly counts: 'tests' | 'step';
  readonly limitMs: number;
  /** The step needs more than what was installed, and ends with exit code 3 on a machine that neither has it nor can get it. */
  readonly needsMore: boolean;
  /** The step asks an external service, which may refuse. Then it is left out, with a message, even where no other step may be left out. */
  readonly asksOthers?: boolean;
}

export const ROOT = join(import.meta.dir, '../../../..');

/** Tools take 5-60 s. */
const TOOL_LIMIT_MS = 300_000;
/** The longest suite, whole shops in every way, takes a quarter of an hour on one core. */
const TESTS_LIMIT_MS = 1_800_000;
/** Its eleven runs, two at a time, stop themselves after 60 s each; before them it may have to install. */
const FUZZ_LIMIT_MS = 900_000;

const tool = (name: string, ...parameters: string[]): readonly string[] => [join(ROOT, 'node_modules/.bin', name), ...parameters];

const whole = (name: string, words: readonly string[]): Step => ({ name, words, folder: ROOT, counts: 'step', limitMs: TOOL_LIMIT_MS, needsMore: false });

/** Steps that look at the source without running it. */
export const LOOKS: readonly Step[] = [
  whole('types', tool('tsc', '--noEmit')),
  whole('types of the page', tool('tsc', '--noEmit', '-p', 'console/src/page')),
  whole('lint', tool('oxlint', '--type-aware', '--deny-warnings')),
  whole('unused code', tool('knip')),
  whole('supply chain', tool('bun', 'system/src/tools/check/supply-chain.ts')),
];

export const ADVISORIES: Step = { ...whole('audit of dependencies', tool('bun', 'system/src/tools/check/advisories.ts')), needsMore: true, asksOthers: true };

const tests = (name: string, folder: string, ...parameters: readonly string[]): Step => ({
  name,
  words: tool('bun', 'test', ...parameters),
  folder: join(ROOT, folder),
  counts: 'tests',
  limitMs: TESTS_LIMIT_MS,
  needsMore: false,
});

/** Folders of system's tests that keep whole shops of processes busy, or build executables. */
const HARDSHIPS = ['test/images', 'test/faults', 'test/attacks'];

/** Services whose suites take longest, beside system's own. */
const FIRST_ROW: readonly ServiceName[] = ['order', 'user'];

const HARD = tests('faults and attacks', 'system', ...HARDSHIPS);
const EASY = tests('system', 'system', ...HARDSHIPS.map((folder) => `--path-ignore-patterns=${folder}/**`));

/**
 * Two rows of suites that run in parallel and take about as long: most of their time they wait (for a session, a lease, a server
 * that is away). Only the second row builds executables, so no two compile at the same time.
 */
export const TESTS: readonly (readonly Step[])[] = [
  [EASY, ...FIRST_ROW.map((name) => tests(name, name))],
  [...['contracts', 'chassis', 'console', ...SERVICES.filter((name) => !FIRST_ROW.includes(name))].map((name) => tests(name, name)), HARD],
];

/** Each operation and role counts as a test. */
export function fuzzing(examples: number): Step {
  const words = tool('bun', 'system/src/tools/fuzz/main.ts', '--examples', String(examples), '--seconds', '60');
  return { name: 'fuzzing', words, folder: ROOT, counts: 'tests', limitMs: FUZZ_LIMIT_MS, needsMore: true };
}
