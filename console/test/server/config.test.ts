import { describe, expect, test } from 'bun:test';
import { ConfigError, configTable } from '@souk/chassis/service/config';
import { SERVICES } from '@souk/contracts/services';
import { CONSOLE_CONFIG, readConsoleConfig } from '../../src/server/config.ts';

const ADDRESSES = Object.fromEntries(SERVICES.map((name) => [`${name.toUpperCase()}_URL`, `http://${name}`]));

describe('the settings', () => {
  test('are the addresses of the services, and have defaults otherwise', () => {
    const config = readConsoleConfig({ ...ADDRESSES, ORDER_OPS_URL: 'http://o:4100', USER_SHOWN_URL: 'http://127.0.0.1:4005' });
    expect(config).toMatchObject({
      port: 4000,
      mode: 'write',
      origins: [],
      urls: Object.fromEntries(SERVICES.map((name) => [name, `http://${name}`])),
      opsUrls: { order: 'http://o:4100' },
      shownUrls: { user: 'http://127.0.0.1:4005' },
    });
  });

  test('are all named when they are wrong', () => {
    const read = () => readConsoleConfig({ ...ADDRESSES, USER_URL: '', CONSOLE_MODE: 'admin', CONSOLE_ORIGINS: 'https://console.shop.example/' });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(/USER_URL is not set.*\nCONSOLE_MODE must be .*\nCONSOLE_ORIGINS must be /);
  });

  test('the README lists every variable but the addresses of each service', async () => {
    expect(await Bun.file(`${import.meta.dir}/../../README.md`).text()).toContain(configTable(CONSOLE_CONFIG));
  });
});
