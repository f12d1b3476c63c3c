import type { GrowthPoint } from './modes/grow.ts';
import type { RawPart } from './raw/raw-part.ts';
import type { RunSummary } from './summary.ts';

/** Everything that one command has measured, for the JSON file and the page. */
export interface Result {
  readonly command: string;
  readonly mode: string;
  readonly seed: number;
  readonly at: string;
  /** The machine and the versions it ran on, a line each. */
  readonly machine: readonly string[];
  readonly runs: readonly RunSummary[];
  /** Sentences about the result as a whole. */
  readonly findings: readonly string[];
  readonly growth?: readonly GrowthPoint[];
  readonly raw?: readonly RawPart[];
  /** Promises of the shop that the run itself found broken, a sentence each. */
  readonly wrong: readonly string[];
  readonly checker: string;
}

/** Prints a line of the report. */
export function said(line: string): void {
  process.stdout.write(`${line}\n`);
}
