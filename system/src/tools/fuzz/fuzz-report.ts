/** The fields used from the report that schemathesis writes with `--report json`. */
interface Report {
  readonly stop_reason: string;
  readonly running_time: number | null;
  readonly operations: { readonly selected: number; readonly tested: number } | null;
  readonly test_cases: { readonly generated: number };
  readonly failures: readonly { readonly operations: readonly string[] }[];
  readonly errors: readonly { readonly count: number }[];
}

export interface FuzzResult {
  /** Operations whose answers all matched the document. */
  readonly passed: number;
  /** Operations with a finding, and those that were not tested. */
  readonly failed: number;
  readonly examples: number;
  readonly seconds: number;
  /** Stopped at its time limit; what it tested until then counts. */
  readonly isCutShort: boolean;
}

/** A run that ended early by itself, or left operations out, counts as failed: nothing may pass because it did not run. */
export function readFuzzReport(text: string): FuzzResult {
  const report = JSON.parse(text) as Report;
  const { selected, tested } = report.operations ?? { selected: 0, tested: 0 };
  const isCutShort = report.stop_reason === 'interrupted';
  const red = new Set(report.failures.flatMap(({ operations }) => operations)).size;
  const errors = report.errors.reduce((sum, { count }) => sum + count, 0);
  const notAsked = isCutShort ? 0 : Math.max(0, selected - tested - errors);
  const failed = red + errors + notAsked;
  const broken = tested === 0 || (!isCutShort && report.stop_reason !== 'completed');
  return {
    passed: Math.max(0, tested - red),
    failed: broken ? Math.max(1, failed) : failed,
    examples: report.test_cases.generated,
    seconds: Math.round(report.running_time ?? 0),
    isCutShort,
  };
}
