import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { EXIT } from '../src/cli/errors.ts';

const COMMANDS = ['main', 'verify/main', ...['check/main', 'bench/main', 'bench/leaving', 'bench/attacked', 'fuzz/main', 'servers/main', 'images/compile'].map((tool) => `tools/${tool}`)];

describe('wrong usage of a command', () => {
  test.each(COMMANDS)('is explained in a few lines, and nothing is started: src/%s.ts', async (command) => {
    const file = join(import.meta.dir, `../src/${command}.ts`);
    const child = Bun.spawn([process.execPath, file, '--frobnicate'], { stdout: 'pipe', stderr: 'pipe', timeout: 20_000 });
    const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    expect({ code, out }).toEqual({ code: EXIT.usage, out: '' });
    expect(err).not.toContain(file);
    expect(err.split('\n').length).toBeLessThan(14);
  }, 30_000);
});
