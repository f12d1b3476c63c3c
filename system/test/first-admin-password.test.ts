import { afterAll, beforeAll, expect, test } from 'bun:test';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { newAccounts } from '../src/shop/embedded/accounts.ts';
import { embeddedShop } from '../src/shop/embedded/embedded-shop.ts';
import { adminToken } from '../src/shop/sign-in.ts';
import { seedShop } from '../src/shop/seed-shop.ts';
import { shopClient } from '../src/shop/shop-client.ts';

const folder = temporaryFolder();
const { admin } = newAccounts();
const shop = embeddedShop({ folder: folder.path, firstPort: 0, admin, logLevel: 'fatal', env: { SOUK_ADMIN_PASSWORD_CHANGE: 'required' } });
beforeAll(() => shop.start(), 60_000);
afterAll(async () => {
  await shop.stop();
  folder.remove();
});

const keptIn = join(folder.path, 'admin-password-changed');

test('the first admin has no rights until the password of the set-up is changed', async () => {
  const client = shopClient(shop.urls());
  const { accessToken, passwordChangeRequired } = await client.signIn(admin.email, admin.password);
  expect(passwordChangeRequired).toBe(true);
  const asked = await fetch(`${shop.urls().product}/products`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'Lamp', variants: [{ sku: 'LAMP', price: { amount: 1, currency: 'EUR' } }] }),
  });
  expect(asked.status).toBe(403);
  expect(await adminToken(client, admin, undefined).catch((error: unknown) => error)).toMatchObject({ message: expect.stringContaining('no rights until it is changed') });
});

test('npm start changes it, and keeps the new one in a file that only its owner can read', async () => {
  const client = shopClient(shop.urls());
  await seedShop(client, await adminToken(client, admin, keptIn));
  expect(statSync(keptIn).mode & 0o777).toBe(0o600);
  expect(existsSync(`${keptIn}.next`)).toBe(false);
  const own = readFileSync(keptIn, 'utf8').trim();
  expect(own).not.toBe(admin.password);
  expect(await adminToken(client, { ...admin, password: own }, keptIn)).toBeString();
  expect(readFileSync(keptIn, 'utf8').trim()).toBe(own);
}, 60_000);
