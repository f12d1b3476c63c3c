/** What is read of the report that schemathesis writes with `--report json`. */
interface Report {
  readonly stop_reason: string;
  readonly running_time: number | null;
  readonly operations: { readonly selected: number; readonly tested: number } | null;
  readonly test_cases: { readonly generated: number };
  readonly failures: readonly { readonly operations: readonly string[] }[];
  readonly errors: readonly { readonly count: number }[];
}

export interface FuzzResult {
  /** Operations whose every answer was as the document says. */
  readonly passed: number;
  /** Operations with a finding, and those that were not asked. */
  readonly failed: number;
  readonly examples: number;
  readonly seconds: number;
  /** Stopped at its limit: it counts for what it asked until then. */
  readonly isCutShort: boolean;
}

/** A run that ended before its end, or left operations out, is red: nothing may look green because it did not run. */
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
