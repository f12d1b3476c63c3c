import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { SERVICES } from '@souk/contracts/services';

const ROOT = join(import.meta.dir, '../..');
const PRODUCTION_MODE = '@souk/chassis/service/production-mode';

test.each([...SERVICES, 'system'])('the program of %s says that this is production before it loads anything else', async (name) => {
  const [first] = new Bun.Transpiler({ loader: 'ts' }).scanImports(await Bun.file(join(ROOT, name, 'src/main.ts')).text());
  expect(first).toEqual({ kind: 'import-statement', path: PRODUCTION_MODE });
});

test.each([
  [undefined, 'production'],
  ['test', 'test'],
])('with NODE_ENV %p it is %s', async (said, mode) => {
  const { NODE_ENV: _, ...env } = process.env;
  const script = `import '${PRODUCTION_MODE}'; process.stdout.write(process.env.NODE_ENV)`;
  const child = Bun.spawn([process.execPath, '-e', script], { cwd: import.meta.dir, env: { ...env, ...(said !== undefined && { NODE_ENV: said }) }, stdout: 'pipe' });
  expect(await child.stdout.text()).toBe(mode);
});
