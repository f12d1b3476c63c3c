import { describe, expect, test } from 'bun:test';
import { hostname } from 'node:os';
import { ConfigError, configTable, readConfig } from '@souk/chassis/service/config';
import { ASKS_PRODUCT } from '@souk/chassis/service/service-config';
import { ORDER_CONFIG, ORDER_PROCESS_CONFIG } from '../src/config.ts';

describe('the settings', () => {
  test('have defaults, deadlines in milliseconds', () => {
    const config = readConfig({ ORDER_PAYMENT_TIMEOUT_S: '1.5' }, ORDER_CONFIG);
    expect(config).toMatchObject({ port: 4003, stockTimeoutMs: 30_000, paymentTimeoutMs: 1500, instance: hostname() });
  });

  test('are all named when they are wrong', () => {
    const read = () => readConfig({ PRODUCT_URL: 'product', ORDER_STOCK_TIMEOUT_S: '0' }, { ...ASKS_PRODUCT, ...ORDER_CONFIG });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(/PRODUCT_URL must be .*\nORDER_STOCK_TIMEOUT_S must be /);
  });

  test('the README lists every variable of the process', async () => {
    const readme = await Bun.file(`${import.meta.dir}/../README.md`).text();
    expect(readme).toContain(configTable(ORDER_PROCESS_CONFIG));
  });
});
