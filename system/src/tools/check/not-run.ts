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
