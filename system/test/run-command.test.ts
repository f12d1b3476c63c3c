import { describe, expect, test } from 'bun:test';
import { until } from '@souk/chassis/testing/until';
import { runCommand } from '../src/check/run-command.ts';
import { isRunning } from './support/process-tree.ts';

const shell = (script: string, limitMs = 20_000) =>
  runCommand({ words: ['sh', '-c', script], folder: import.meta.dir, env: process.env, limitMs });

describe('a step of the run', () => {
  test('answers its exit code and all it has printed', async () => {
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
});
