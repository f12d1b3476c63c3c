import { spawn, which } from 'bun';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EnvironmentError } from '../../cli/errors.ts';

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

/** Pins every package: the same seed finds the same things only with the same versions. */
const REQUIREMENTS = join(import.meta.dir, 'requirements.txt');
/** Takes 93 MB. */
const FOLDER = join(import.meta.dir, '../../../../.cache/schemathesis');
const INSTALL_LIMIT_MS = 180_000;

/** Returns the path of the program, installed into a virtual environment of its own on first use. Throws EnvironmentError. */
export async function installSchemathesis(say: (line: string) => void): Promise<string> {
  const program = join(FOLDER, 'bin/schemathesis');
  const done = join(FOLDER, 'installed.txt');
  const wanted = await readFile(REQUIREMENTS, 'utf8');
  if (existsSync(done) && (await readFile(done, 'utf8')) === wanted) return program;
  const python = which('python3');
  if (python === null) throw new EnvironmentError('fuzzing needs python3, which is not installed', 'Install python3 with venv and pip.');
  say('installing schemathesis');
  await mkdir(FOLDER, { recursive: true });
  await run([python, '-m', 'venv', '--clear', FOLDER]);
  await run([join(FOLDER, 'bin/pip'), 'install', '--quiet', '--disable-pip-version-check', '--requirement', REQUIREMENTS]);
  // Written last, so that a partial installation is never taken for a complete one.
  await Bun.write(done, wanted);
  return program;
}

async function run(words: string[]): Promise<void> {
  const child = spawn(words, { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe', timeout: INSTALL_LIMIT_MS, killSignal: 'SIGKILL' });
  const [code, out, errors] = await Promise.all([child.exited, child.stdout.text(), child.stderr.text()]);
  if (code === 0) return;
  // venv reports on standard output what it lacks.
  const why = (errors.trim() || out.trim()).split('\n').at(-1)?.replace(/\.$/, '') || `exit code ${code}`;
  const cure = 'It comes from PyPI by python3, venv and pip (Debian: python3-venv).';
  throw new EnvironmentError(`fuzzing needs schemathesis, which could not be installed: ${why}`, cure);
}
