import { describe, expect, test } from 'bun:test';
import {
  choice,
  ConfigError,
  configTable,
  type ConfigSpec,
  integer,
  keyText,
  list,
  optional,
  port,
  readConfig,
  readTogether,
  seconds,
  secret,
  text,
  url,
  withDefault,
  withExample,
} from '../../src/service/config.ts';

const spec = {
  port: withDefault(port('PORT', 'Where it listens'), 4003),
  userUrl: url('USER_JWKS_URL', 'Where the keys are'),
  retries: withDefault(integer('RETRIES', 'How often', { min: 1, max: 10 }), 3),
  timeout: withDefault(seconds('ORDER_STOCK_TIMEOUT_S', 'How long', { min: 0.5, max: 3600 }), 30_000),
  level: withDefault(choice('LOG_LEVEL', 'How much', ['warn', 'info']), 'warn'),
  webhook: secret(text('WEBHOOK_SECRET', 'Signs')),
  region: optional(text('REGION', 'Where')),
};

const good = { USER_JWKS_URL: 'http://user:4005/.well-known/jwks.json', WEBHOOK_SECRET: 's3cret' };

function faults(env: Record<string, string>, of: ConfigSpec = spec): Record<string, string> {
  try {
    readConfig(env, of);
  } catch (error) {
    if (error instanceof ConfigError)
      return Object.fromEntries(error.problems.map(({ name, reason }) => [name, reason]));
    throw error;
  }
  return {};
}

describe('reading', () => {
  test('gives typed values, with defaults for variables that are not set', () => {
    const config = readConfig({ ...good, RETRIES: ' 5 ', ORDER_STOCK_TIMEOUT_S: '1.5' }, spec);
    const {
      retries,
      timeout,
      level,
      region,
    }: { retries: number; timeout: number; level: 'warn' | 'info'; region: string | undefined } = config;
    expect({ ...config, retries, timeout, level, region }).toEqual({
      port: 4003,
      userUrl: good.USER_JWKS_URL,
      retries: 5,
      timeout: 1500,
      level: 'warn',
      webhook: 's3cret',
      region: undefined,
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  test('names every wrong or missing variable at once', () => {
    expect(
      faults({ PORT: '70000', USER_JWKS_URL: '', RETRIES: '2.5', ORDER_STOCK_TIMEOUT_S: '0.1', LOG_LEVEL: 'loud' }),
    ).toEqual({
      PORT: "must be a port from 0 (any free one) to 65535, not '70000'",
      USER_JWKS_URL: 'is not set',
      RETRIES: "must be a whole number from 1 to 10, not '2.5'",
      ORDER_STOCK_TIMEOUT_S: "must be seconds, 0.5 to 3600, not '0.1'",
      LOG_LEVEL: "must be one of warn, info, not 'loud'",
      WEBHOOK_SECRET: 'is not set',
    });
  });

  test.each(['ftp://x', 'no url', '/path'])('%s is not a URL', (value) => {
    expect(faults({ ...good, USER_JWKS_URL: value })).toEqual({
      USER_JWKS_URL: `must be a URL (http, https), not '${value}'`,
    });
  });

  test('a secret is never printed', () => {
    const secretUrl = { database: secret(url('DATABASE_URL', 'Where', ['mysql'])) };
    expect(faults({ DATABASE_URL: 'postgres://u:hunter2@db' }, secretUrl)).toEqual({
      DATABASE_URL: 'must be a URL (mysql)',
    });
  });

  test.each(['short', 'a'.repeat(64), 'change-me-'.repeat(6), '01234567'.repeat(5)])('%s is not a key', (value) => {
    const key = { key: secret(keyText('LOG_KEY', 'Hashes')) };
    expect(faults({ LOG_KEY: value }, key)).toEqual({ LOG_KEY: 'must be at least 32 characters, 9 of them different' });
    expect(readConfig({ LOG_KEY: 'b3f1c09ad2e8475690b3f1c09ad2e847' }, key).key).toHaveLength(32);
  });

  test('the error has a code and one line per variable', () => {
    expect(() => readConfig({}, spec)).toThrow('USER_JWKS_URL is not set\nWEBHOOK_SECRET is not set');
    const told = { ...spec, userUrl: withExample(spec.userUrl, 'http://user:4005/keys') };
    expect(() => readConfig({}, told)).toThrow('USER_JWKS_URL is not set; for example http://user:4005/keys\nWEBHOOK_SECRET is not set');
    expect(new ConfigError([]).code).toBe('config-invalid');
  });
});

describe('a list', () => {
  const brokers = { brokers: list('KAFKA_BROKERS', 'Some brokers', 'host:port', /^[a-z]+:\d+$/) };

  test('has commas between its items', () => {
    expect(readConfig({ KAFKA_BROKERS: 'a:1, b:2' }, brokers)).toEqual({ brokers: ['a:1', 'b:2'] });
  });

  test('is wrong when one of its items is', () => {
    expect(faults({ KAFKA_BROKERS: 'a:1,,b:2' }, brokers)).toEqual({
      KAFKA_BROKERS: "must be host:port,…, not 'a:1,,b:2'",
    });
  });
});

test('two readings report their faults together', () => {
  const one = { port: port('PORT', 'one') };
  const other = { region: text('REGION', 'other') };
  const read = (env: Record<string, string>) => readTogether(() => readConfig(env, one), () => readConfig(env, other));
  expect(() => read({ PORT: 'x' })).toThrow(/PORT .*\nREGION is not set/);
  expect(() => read({ PORT: '1' })).toThrow(/^REGION is not set$/);
  expect(read({ PORT: '1', REGION: 'eu' })).toEqual({ port: 1, region: 'eu' });
});

describe('the table', () => {
  test('has an example of a required value that cannot be guessed', () => {
    expect(configTable({ url: withExample(url('PRODUCT_URL', 'Where'), 'http://product:4001') })).toEndWith(
      '| `PRODUCT_URL` | Where | a URL (http, https) | required, for example `http://product:4001` |',
    );
  });

  test('has a row per variable and hides secrets', () => {
    const rows = configTable({ ...spec, key: withDefault(secret(text('KEY', 'Signs')), 'hunter2') }).split('\n');
    expect(rows).toHaveLength(10);
    expect(rows).toContain('| `PORT` | Where it listens | a port from 0 (any free one) to 65535 | `4003` |');
    expect(rows).toContain('| `REGION` | Where | text | none |');
    expect(rows).toContain('| `USER_JWKS_URL` | Where the keys are | a URL (http, https) | required |');
    expect(rows.join()).not.toMatch(/hunter2/);
  });
});
