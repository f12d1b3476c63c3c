import { expect, test } from 'bun:test';
import { ConfigError, configTable, readConfig } from '@souk/chassis/service/config';
import { PRODUCT_CONFIG, PRODUCT_PROCESS_CONFIG } from '../src/config.ts';

test('everything has a default in a shop of one process', () => {
  expect(readConfig({}, PRODUCT_CONFIG)).toMatchObject({ port: 4001, logLevel: 'info' });
});

test('every wrong variable is named at once', () => {
  expect(() => readConfig({ PORT: 'x', USER_JWKS_URL: 'nowhere' }, PRODUCT_PROCESS_CONFIG)).toThrow(ConfigError);
  expect(() => readConfig({ PORT: 'x', USER_JWKS_URL: 'nowhere' }, PRODUCT_PROCESS_CONFIG)).toThrow(/PORT.*\n.*USER_JWKS_URL/);
});

test('the README lists every variable of the process', async () => {
  const readme = await Bun.file(`${import.meta.dir}/../README.md`).text();
  expect(readme).toContain(configTable(PRODUCT_PROCESS_CONFIG));
});
