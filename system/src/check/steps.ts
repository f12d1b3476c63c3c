import { join } from 'node:path';

export interface Step {
  readonly name: string;
  readonly words: readonly string[];
  readonly folder: string;
  /** What it adds to the tally: its tests, or itself. */
  readonly counts: 'tests' | 'step';
  readonly limitMs: number;
  /** Than what was installed; it ends with exit code 3 on a machine that does not have it, and cannot get it. */
  readonly needsMore: boolean;
}

const ROOT = join(import.meta.dir, '../../..');
const PACKAGES = ['contracts', 'chassis', 'product', 'inventory', 'order', 'payment', 'user', 'system'];

/** They take 5-60 s. */
const TOOL_LIMIT_MS = 300_000;
/** The longest, whole shops that are killed and frozen, takes some minutes on two cores that are its own. */
const TESTS_LIMIT_MS = 1_800_000;
/** Its eleven runs, two at once, stop themselves after 90 s each; before them it may have to install. */
const FUZZ_LIMIT_MS = 900_000;

const tool = (name: string, ...parameters: string[]): readonly string[] => [join(ROOT, 'node_modules/.bin', name), ...parameters];

const whole = (name: string, words: readonly string[]): Step => ({ name, words, folder: ROOT, counts: 'step', limitMs: TOOL_LIMIT_MS, needsMore: false });

/** Looks at the source without running it. */
export const LOOKS: readonly Step[] = [
  whole('types', tool('tsc', '--noEmit')),
  whole('lint', tool('oxlint', '--type-aware', '--deny-warnings')),
  whole('unused code', tool('knip')),
];

export const TESTS: readonly Step[] = PACKAGES.map((name) => ({
  name,
  words: tool('bun', 'test'),
  folder: join(ROOT, name),
  counts: 'tests',
  limitMs: TESTS_LIMIT_MS,
  needsMore: false,
}));

/** Each operation and role counts as a test. */
export function fuzzing(examples: number): Step {
  const words = tool('bun', 'system/src/fuzz/main.ts', '--examples', String(examples));
  return { name: 'fuzzing', words, folder: ROOT, counts: 'tests', limitMs: FUZZ_LIMIT_MS, needsMore: true };
}
