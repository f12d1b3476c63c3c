import { describe, expect, test } from 'bun:test';
import { ConfigError, configTable } from '@souk/chassis/service/config';
import { exportJWK, generateKeyPair } from 'jose';
import { readUserConfig, USER_PROCESS_CONFIG } from '../src/config.ts';

function faults(env: Record<string, string>): readonly string[] {
  try {
    readUserConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ name }) => name);
    throw error;
  }
  return [];
}

async function jwk(alg: 'EdDSA' | 'ES256' | 'ES384'): Promise<Record<string, unknown>> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)) };
}

describe('the configuration', () => {
  test('needs no setting', () => {
    expect(readUserConfig({})).toMatchObject({
      port: 4005,
      issuer: 'souk',
      audience: 'souk',
      tokenLifetimeMs: 300_000,
      signingKey: undefined,
      admin: undefined,
    });
  });

  test('names all wrong settings at once', () => {
    const wrong = {
      PORT: 'x',
      ACCESS_TOKEN_LIFETIME_S: '901',
      SOUK_SIGNING_KEY: '{}',
      SOUK_ADMIN_EMAIL: 'nobody',
      SOUK_ADMIN_PASSWORD: 'short',
    };
    expect(faults(wrong).toSorted()).toEqual(Object.keys(wrong).toSorted());
  });

  test('a first admin needs both address and password', () => {
    expect(faults({ SOUK_ADMIN_EMAIL: 'root@example.com' })).toEqual(['SOUK_ADMIN_PASSWORD']);
    expect(faults({ SOUK_ADMIN_PASSWORD: 'a long enough password' })).toEqual(['SOUK_ADMIN_EMAIL']);
    const both = { SOUK_ADMIN_EMAIL: 'root@example.com', SOUK_ADMIN_PASSWORD: 'a long enough password' };
    expect(readUserConfig(both).admin).toEqual({ email: 'root@example.com', password: 'a long enough password', mustChangePassword: true });
    expect(readUserConfig({ ...both, SOUK_ADMIN_PASSWORD_CHANGE: 'off' }).admin).toMatchObject({ mustChangePassword: false });
  });

  test("the first admin's password obeys PASSWORD_MIN, and is not made of the address", () => {
    const admin = (password: string, min?: string) =>
      faults({ SOUK_ADMIN_EMAIL: 'root@example.com', SOUK_ADMIN_PASSWORD: password, ...(min !== undefined && { PASSWORD_MIN: min }) });
    expect(admin('nine chars', '8')).toEqual([]);
    expect(admin('nine chars')).toEqual(['SOUK_ADMIN_PASSWORD']);
    expect(admin('a long enough password', '30')).toEqual(['SOUK_ADMIN_PASSWORD']);
    expect(admin('Root@Example.com-2026')).toEqual(['SOUK_ADMIN_PASSWORD']);
    expect(faults({ PASSWORD_MIN: '7' })).toEqual(['PASSWORD_MIN']);
  });

  test.each(['EdDSA', 'ES256'] as const)('takes a private JWK for %s', async (alg) => {
    const key = await jwk(alg);
    expect(readUserConfig({ SOUK_SIGNING_KEY: JSON.stringify(key) }).signingKey).toMatchObject({ d: key['d'], alg });
  });

  test('refuses what is no signing key, and does not repeat it', async () => {
    const good = await jwk('EdDSA');
    const { d, ...publicOnly } = good;
    const anothers = { ...good, x: (await jwk('EdDSA'))['x'] };
    const anothersToo = { ...(await jwk('ES256')), d: (await jwk('ES256'))['d'] };
    const keys = [publicOnly, anothers, anothersToo, await jwk('ES384')];
    const texts = ['no json', '[]', ...keys.map((key) => JSON.stringify(key))];
    for (const SOUK_SIGNING_KEY of texts) expect(faults({ SOUK_SIGNING_KEY })).toEqual(['SOUK_SIGNING_KEY']);
    expect(() => readUserConfig({ SOUK_SIGNING_KEY: JSON.stringify(anothers) })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining(String(d)) }),
    );
  });
});

describe('mail', () => {
  const SMTP = { SMTP_URL: 'smtp://shop:secret@mail.example:587', SHOP_URL: 'https://shop.example', MAIL_FROM: 'Souk <no-reply@shop.example>' };

  test('needs no setting, and then there is no server', () => {
    expect(readUserConfig({}).mail).toEqual({ shopName: 'Souk', shopUrl: undefined, mailFrom: undefined, smtp: undefined });
  });

  test('with a server it needs a sender, the pages that links lead to, and TLS', () => {
    const { SMTP_URL, SHOP_URL, MAIL_FROM } = SMTP;
    expect(faults({ SMTP_URL })).toEqual(['MAIL_FROM', 'SHOP_URL']);
    const { mail } = readUserConfig(SMTP);
    expect(mail).toMatchObject({ shopUrl: SHOP_URL, smtp: { url: SMTP_URL, from: MAIL_FROM, tls: 'required' } });
    expect(faults({ ...SMTP, SMTP_URL: 'http://mail.example' })).toEqual(['SMTP_URL']);
  });

  test('goes unencrypted to this machine only', () => {
    expect(faults({ ...SMTP, SMTP_TLS: 'off' })).toEqual(['SMTP_TLS']);
    for (const host of ['127.0.0.1', 'localhost', '[::1]']) {
      expect(faults({ ...SMTP, SMTP_TLS: 'off', SMTP_URL: `smtp://${host}:25` })).toEqual([]);
    }
  });

  test('has exactly one sender', () => {
    for (const MAIL_FROM of ['no-reply@shop.example', 'Souk <no-reply@shop.example>']) expect(faults({ ...SMTP, MAIL_FROM })).toEqual([]);
    for (const MAIL_FROM of ['Souk', 'a@b.example, c@d.example', 'A, B <a@b.example>', 'Souk <nobody>', 'a@b.example\nBcc: c@d.example']) {
      expect(faults({ ...SMTP, MAIL_FROM })).toEqual(['MAIL_FROM']);
    }
    expect(faults({ SHOP_NAME: 'Souk\nBcc: c@d.example' })).toEqual(['SHOP_NAME']);
  });
});

test('the README lists every variable of the process', async () => {
  const readme = await Bun.file(`${import.meta.dir}/../README.md`).text();
  expect(readme).toContain(configTable(USER_PROCESS_CONFIG));
});
