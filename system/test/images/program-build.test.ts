import { expect, test } from 'bun:test';
import { mysqlAddress } from '@souk/chassis/stores/sql/mysql-address';
import { SERVICES } from '@souk/contracts/services';
import { programBuild } from '../../src/tools/images/lean-program.ts';

const OTHER_THAN_ASCII = /.{0,40}[^\0-\x7f].{0,40}/;

// One other letter, in a notice that a bundler keeps, and the runtime keeps the whole file with two bytes for each.
test.each([...SERVICES, 'console'])('the code of %s is ASCII, and without the certificates of a cloud that no address can ask for', async (service) => {
  const { outputs } = await Bun.build(programBuild(service));
  const code = await Promise.all(outputs.filter(({ kind }) => kind !== 'asset').map((output) => output.text()));
  expect(code.flatMap((text) => OTHER_THAN_ASCII.exec(text)?.[0] ?? [])).toEqual([]);
  expect(code.some((text) => text.includes('BEGIN CERTIFICATE'))).toBe(false);
}, 60_000);

test("MySQL's certificates of a cloud, which a program leaves out, cannot be asked for", () => {
  expect(() => mysqlAddress('mysql://a:b@c/d?ssl=Amazon%20RDS')).toThrow('has its ssl as JSON');
});
