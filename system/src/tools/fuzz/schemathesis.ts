import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spawn } from 'bun';
import { type FuzzResult, readFuzzReport } from './fuzz-report.ts';

export interface FuzzTarget {
  readonly url: string;
  /** Options that select the operations and their caller. */
  readonly options: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface FuzzSettings {
  readonly program: string;
  /** Examples per operation. */
  readonly examples: number;
  /** Time limit in seconds; a run stopped at it counts with what it has tested. */
  readonly limitS: number;
  /** The same seed sends the same requests. */
  readonly seed: number;
}

export interface FuzzOutcome extends FuzzResult {
  /** Findings, each with a curl command to reproduce it. */
  readonly output: string;
}

/** Defines what is a finding. */
const CONFIG = join(import.meta.dir, 'schemathesis.toml');
/** Time for the last request, the shrinking of its findings, and the report. */
const AFTER_STOP_MS = 30_000;

/** Tests one service with requests that its document allows and does not, until the examples or the time run out. */
export async function fuzzService(target: FuzzTarget, settings: FuzzSettings, folder: string): Promise<FuzzOutcome> {
  const report = join(folder, `${crypto.randomUUID()}.json`);
  const child = spawn(wordsOf(target, settings, report), {
    cwd: folder,
    env: { ...process.env, ...target.env },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const limitMs = settings.limitS * 1000;
  const stop = setTimeout(() => child.kill('SIGINT'), limitMs);
  const kill = setTimeout(() => child.kill('SIGKILL'), limitMs + AFTER_STOP_MS);
  try {
    const [out, errors] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    return { ...(await resultIn(report)), output: out + errors };
  } finally {
    clearTimeout(stop);
    clearTimeout(kill);
  }
}

function wordsOf({ url, options }: FuzzTarget, { program, examples, seed }: FuzzSettings, report: string): string[] {
  return [
    program, '--config-file', CONFIG, 'run', `${url}/openapi.json`, '--url', url, ...options,
    '--max-examples', String(examples), '--seed', String(seed),
    '--phases', 'examples,coverage,fuzzing', '--continue-on-failure', '--request-timeout', '10', '--suppress-health-check', 'all',
    '--generation-database', 'none', '--warnings', 'off', '--no-color', '--report', 'json', '--report-json-path', report,
  ];
}

/** A run without a report has crashed or was killed. */
async function resultIn(report: string): Promise<FuzzResult> {
  try {
    return readFuzzReport(await readFile(report, 'utf8'));
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!isMissing) throw error;
    return { passed: 0, failed: 1, examples: 0, seconds: 0, isCutShort: false };
  }
}
