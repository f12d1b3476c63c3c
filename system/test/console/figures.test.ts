import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { describeInBrowser } from '@souk/chassis/testing/in-browser';

describeInBrowser('npm run bench:console', () => {
  test('measures what is painted, and finds nothing missed or doubled after a lost link', async () => {
    const script = join(import.meta.dir, '../../src/tools/console/figures.ts');
    const child = Bun.spawn([process.execPath, script, '--rate', '10', '--seconds', '2', '--losses', '2', '--stored', '1000'], { env: { ...process.env }, stdout: 'pipe', stderr: 'pipe', stdin: 'ignore', timeout: 150_000 });
    const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/committed to painted at 10 orders\/s, \d+ entries/);
    expect(out).toMatch(/after 2 losses of the link, \d+ entries: 0 missed, 0 doubled/);
    expect(out).toMatch(/first order visible with 1000 stored/);
  }, 160_000);
});
