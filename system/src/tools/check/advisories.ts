import { join } from 'node:path';
import { EXIT } from '../../cli/errors.ts';

/**
 * Asks the registry which packages in `bun.lock` have published vulnerabilities (`bun audit`). Exit code 0: none; 1: some, whose
 * names it prints; 3: it could not ask, which says nothing about them.
 */
const ROOT = join(import.meta.dir, '../../../..');
const LIMIT_MS = 60_000;

/** The advisories in the audit's output; undefined if no registry answered. */
function advisoriesIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const told: unknown = JSON.parse(text);
    return typeof told === 'object' && told !== null && !Array.isArray(told) ? (told as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

const audit = Bun.spawn([process.execPath, 'audit', '--json'], { cwd: ROOT, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe', timeout: LIMIT_MS });
const [out, err] = await Promise.all([audit.stdout.text(), audit.stderr.text(), audit.exited]);
const told = advisoriesIn(out);
if (told === undefined) {
  const why = err.trim().split('\n').findLast((line) => line !== '') ?? 'no answer';
  process.stdout.write(`NOT RUN: the audit of dependencies could not ask the registry for advisories (${why}). Nobody knows whether a package has a published fault: run bun audit where it can be asked.\n`);
  process.exitCode = EXIT.environment;
} else {
  const names = Object.keys(told);
  process.stdout.write(names.length === 0 ? 'no package has a published fault\n' : `published faults: ${names.join(', ')}; bun audit tells them\n`);
  process.exitCode = names.length === 0 ? EXIT.ok : EXIT.failed;
}
