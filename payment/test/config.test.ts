import { expect, test } from 'bun:test';
import { configTable, readConfig } from '@souk/chassis/service/config';
import { PAYMENT_CONFIG, PAYMENT_PROCESS_CONFIG, simulatorLateMs } from '../src/config.ts';

test('the README lists every variable of the process', async () => {
  const readme = await Bun.file(`${import.meta.dir}/../README.md`).text();
  expect(readme).toContain(configTable(PAYMENT_PROCESS_CONFIG));
});

const SIMULATED = { PAYMENT_GATEWAY: 'simulator' };

test('a late capture comes 5 s past the payment deadline unless configured otherwise', () => {
  expect(simulatorLateMs(readConfig(SIMULATED, PAYMENT_CONFIG))).toBe(905_000);
  expect(simulatorLateMs(readConfig({ ...SIMULATED, ORDER_PAYMENT_TIMEOUT_S: '2' }, PAYMENT_CONFIG))).toBe(7000);
  const asked = { ...SIMULATED, ORDER_PAYMENT_TIMEOUT_S: '2', SIMULATOR_LATE_S: '1.5' };
  expect(simulatorLateMs(readConfig(asked, PAYMENT_CONFIG))).toBe(1500);
});
