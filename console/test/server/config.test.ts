import { describe, expect, test } from 'bun:test';
import { ConfigError, configTable, readConfig } from '@souk/chassis/service/config';
import { addressesIn, CONSOLE_CONFIG } from '../../src/server/config.ts';

const ADDRESSES = { PRODUCT_URL: 'http://p', INVENTORY_URL: 'http://i', ORDER_URL: 'http://o', PAYMENT_URL: 'http://y', USER_URL: 'http://u' };

describe('the settings', () => {
  test('are the addresses of the services, and have defaults otherwise', () => {
    const config = readConfig({ ...ADDRESSES, ORDER_OPS_URL: 'http://o:4100', USER_SHOWN_URL: 'http://127.0.0.1:4005' }, CONSOLE_CONFIG);
    expect(config).toMatchObject({ port: 4000, mode: 'write', origins: [] });
    expect(addressesIn(config)).toEqual({
      urls: { product: 'http://p', inventory: 'http://i', order: 'http://o', payment: 'http://y', user: 'http://u' },
      opsUrls: { order: 'http://o:4100' },
      shownUrls: { user: 'http://127.0.0.1:4005' },
    });
  });

  test('are all named when they are wrong', () => {
    const read = () => readConfig({ ...ADDRESSES, USER_URL: '', CONSOLE_MODE: 'admin', CONSOLE_ORIGINS: 'https://console.shop.example/' }, CONSOLE_CONFIG);
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(/USER_URL is not set.*\nCONSOLE_MODE must be .*\nCONSOLE_ORIGINS must be /);
  });

  test('the README lists every variable', async () => {
    expect(await Bun.file(`${import.meta.dir}/../../README.md`).text()).toContain(configTable(CONSOLE_CONFIG));
  });
});
