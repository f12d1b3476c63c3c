import { spawn } from 'bun';
import { join } from 'node:path';
import { tallyOf, type Tally } from './check/tally.ts';

/**
 * `npm test`: types, lint, unused code, and every package's tests. Ends with `N passed, N failed`;
 * a step that is not a test suite counts as one.
 */
const ROOT = join(import.meta.dir, '../..');
const PACKAGES = ['contracts', 'chassis', 'product', 'inventory', 'order', 'payment', 'user', 'system'];

interface Step {
  readonly name: string;
  readonly command: readonly string[];
  readonly folder: string;
  readonly counts: 'tests' | 'step';
}

const tool = (name: string, ...parameters: string[]): readonly string[] => [join(ROOT, 'node_modules/.bin', name), ...parameters];

const STEPS: readonly Step[] = [
  { name: 'types', command: tool('tsc', '--noEmit'), folder: ROOT, counts: 'step' },
  { name: 'lint', command: tool('oxlint', '--type-aware', '--deny-warnings'), folder: ROOT, counts: 'step' },
  { name: 'unused code', command: tool('knip'), folder: ROOT, counts: 'step' },
  ...PACKAGES.map((name): Step => ({ name, command: tool('bun', 'test'), folder: join(ROOT, name), counts: 'tests' })),
];

async function run({ name, command, folder, counts }: Step): Promise<Tally> {
  process.stdout.write(`\n== ${name}\n`);
  const child = spawn([...command], { cwd: folder, stdout: 'pipe', stderr: 'pipe', env: { ...process.env, FORCE_COLOR: '0' } });
  const [out, err] = await Promise.all([echoed(child.stdout), echoed(child.stderr)]);
  const code = await child.exited;
  return counts === 'tests' ? tallyOf(out + err, code) : { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
}

async function echoed(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of stream) {
    const part = decoder.decode(chunk, { stream: true });
    process.stdout.write(part);
    text += part;
  }
  return text;
}

let passed = 0;
let failed = 0;
const red: string[] = [];
for (const step of STEPS) {
  const tally = await run(step);
  passed += tally.passed;
  failed += tally.failed;
  if (tally.failed > 0) red.push(step.name);
}
if (red.length > 0) process.stdout.write(`\nfailed: ${red.join(', ')}\n`);
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
