import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { readConfig } from '@souk/chassis/config';
import { PAYMENT_CONFIG, simulatorLateMs } from '../src/config.ts';

test('the README names every variable', async () => {
  const readme = await Bun.file(join(import.meta.dir, '../README.md')).text();
  for (const { name } of Object.values(PAYMENT_CONFIG)) expect(readme).toContain(`| \`${name}\` |`);
});

test('a late capture comes 5 s past the payment deadline unless told otherwise', () => {
  expect(simulatorLateMs(readConfig({}, PAYMENT_CONFIG))).toBe(905_000);
  expect(simulatorLateMs(readConfig({ ORDER_PAYMENT_TIMEOUT_S: '2' }, PAYMENT_CONFIG))).toBe(7000);
  const asked = { ORDER_PAYMENT_TIMEOUT_S: '2', SIMULATOR_LATE_S: '1.5' };
  expect(simulatorLateMs(readConfig(asked, PAYMENT_CONFIG))).toBe(1500);
});
