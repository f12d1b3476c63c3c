import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { until } from '@souk/chassis/testing/until';
import { runCommand } from '../src/tools/check/run-command.ts';
import { isRunning } from './support/process-tree.ts';

const RUN_COMMAND = join(import.meta.dir, '../src/tools/check/run-command.ts');

const shell = (script: string, limitMs = 20_000) =>
  runCommand({ words: ['sh', '-c', script], folder: import.meta.dir, env: process.env, limitMs });

describe('a step of the run', () => {
  test('returns its exit code and all it has printed', async () => {
    expect(await shell('echo out; echo err >&2; exit 3')).toEqual({ output: expect.stringMatching(/out|err/), code: 3, tooLong: false });
  });

  test('is killed with its children when it takes too long', async () => {
    const { output, tooLong } = await shell('sleep 100 & echo $!; wait', 500);
    expect(tooLong).toBe(true);
    await until('the end of its child', () => !isRunning(Number(output)));
  });

  test('leaves no child behind, and waits for none', async () => {
    const { output, code } = await shell('sleep 100 & echo $!');
    expect(code).toBe(0);
    await until('the end of its child', () => !isRunning(Number(output)));
  });

  test('prints whole lines with its mark before each, and returns them unchanged', async () => {
    const script = `import { runCommand } from ${JSON.stringify(RUN_COMMAND)};
      const one = (mark) => runCommand({ words: ['sh', '-c', 'printf "a b"; sleep 0.1; printf " c\\nlast"'], folder: '.', env: process.env, limitMs: 9000, mark });
      const seen = await Promise.all([one('first'), one('second')]);
      console.log(JSON.stringify(seen.map(({ output }) => output)));
      process.exit(0);`;
    const shown = await Bun.spawn([process.execPath, '-e', script], { stdout: 'pipe' }).stdout.text();
    const lines = shown.trim().split('\n');
    expect(lines.slice(0, -1).toSorted()).toEqual(['first | a b c', 'first | last', 'second | a b c', 'second | last']);
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual(['a b c\nlast', 'a b c\nlast']);
  });
});
