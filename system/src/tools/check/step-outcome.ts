import { EXIT } from '../../cli/errors.ts';
import type { Outcome } from './run-command.ts';
import type { Step } from './steps.ts';

export interface StepOutcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly Skipped[];
}

/** `mustRun`: no step may be left out, except one that an external service refuses. */
export function outcomeOf(step: Step, { output, code }: Pick<Outcome, 'output' | 'code'>, mustRun: boolean): StepOutcome {
  const isLeftOut = step.needsMore && code === EXIT.environment && (!mustRun || step.asksOthers === true);
  if (isLeftOut) return { passed: 0, failed: 0, skipped: skippedOf(step.name, 0, output) };
  if (step.counts === 'step') return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: [] };
  const { passed, failed, skipped } = tallyOf(output, code);
  return { passed, failed, skipped: skippedOf(step.name, skipped, output) };
}

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** Tests that did not run. */
  readonly skipped: number;
}

/**
 * Counts the tests in the output of `bun test`. A run that ended badly without a failed test (a crash, no test found) is one
 * failure: nothing may pass because it did not run.
 */
export function tallyOf(output: string, exitCode: number): Tally {
  const passed = lastCount(output, 'pass');
  const failed = lastCount(output, 'fail');
  const ranNothing = passed + failed === 0;
  const endedBadly = exitCode !== 0 && failed === 0;
  return { passed, failed: ranNothing || endedBadly ? failed + 1 : failed, skipped: lastCount(output, 'skip') };
}

function lastCount(output: string, what: 'pass' | 'fail' | 'skip'): number {
  const counts = [...output.matchAll(new RegExp(`^\\s*(\\d+) ${what}$`, 'gm'))];
  return Number(counts.at(-1)?.[1] ?? 0);
}

/** Titles of the tests that `bun test` says have failed, which it says twice when there are many tests. */
export function failedTests(output: string): readonly string[] {
  return [...new Set([...output.matchAll(/^\(fail\) (.*?)(?: \[[\d.]+ms\])?$/gm)].map(([, title = '']) => title))];
}

export interface Skipped {
  readonly step: string;
  readonly tests: number;
  /** The reasons, as the suites printed them. */
  readonly reasons: readonly string[];
}

/** The line that a suite prints if it leaves itself out (`describeOn`). */
const REASON = /^NOT RUN: (.*)$/gm;

export function skippedOf(step: string, tests: number, output: string): readonly Skipped[] {
  const reasons = [...new Set([...output.matchAll(REASON)].map(([, reason]) => reason ?? ''))];
  return tests === 0 && reasons.length === 0 ? [] : [{ step, tests, reasons }];
}

/** Text for the end of a run, where it is noticed; empty if everything ran. */
export function notRun(skipped: readonly Skipped[]): string {
  if (skipped.length === 0) return '';
  const lines = skipped.map(({ step, tests, reasons }) => `  ${[tests === 0 ? step : `${step}: ${tests} tests`, ...reasons].join('\n    ')}\n`);
  return `\nNOT RUN:\n${lines.join('')}Run everything, on real servers started for it: npm test -- --real\n`;
}
