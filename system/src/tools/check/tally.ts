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
