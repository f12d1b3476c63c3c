import type { GrowthPoint } from './modes/grow.ts';
import type { RawPart } from './raw/raw-part.ts';
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
  readonly growth?: readonly GrowthPoint[];
  readonly raw?: readonly RawPart[];
  /** Promises of the shop that the run itself saw broken, a sentence each. */
  readonly wrong: readonly string[];
  readonly checker: string;
}

/** A line of the report. */
export function said(line: string): void {
  process.stdout.write(`${line}\n`);
}
