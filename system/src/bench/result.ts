import type { RunSummary } from './summary.ts';

/** All that one command has measured: what is written as JSON, and what the page shows. */
export interface Result {
  readonly command: string;
  readonly mode: string;
  readonly seed: number;
  readonly at: string;
  /** The machine and the versions it ran on, a line each. */
  readonly machine: readonly string[];
  readonly runs: readonly RunSummary[];
  /** Sentences about the whole of it. */
  readonly findings: readonly string[];
  readonly checker: string;
}

/** A line of the report. */
export function said(line: string): void {
  process.stdout.write(`${line}\n`);
}
