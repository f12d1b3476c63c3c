import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openEmbeddedLog } from '@souk/chassis/log/embedded/embedded-log';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { withPartitions } from '@souk/contracts/topics';
import { EXIT } from '../src/cli/errors.ts';
import { shopFiles } from '../src/shop/embedded/shop-files.ts';
import { FORGERIES, forged } from './support/forgery.ts';
import { onEveryEngine } from './support/on-every-engine.ts';
import type { OpenShop } from './support/open-shop.ts';
import { orderOf, stockUp } from './support/ordering.ts';

const VERIFY = join(import.meta.dir, '../src/verify/main.ts');

async function verify(...parameters: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const child = Bun.spawn([process.execPath, VERIFY, ...parameters], {
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, out, err };
}

onEveryEngine('npm run verify', (openShop) => {
  let shop: OpenShop;
  let orderId: string;

  beforeAll(async () => {
    shop = await openShop();
    await stockUp(shop.client, shop.staff, { LAMP: [10] });
    const customer = await shop.customer();
    const { id } = await shop.client.addPaymentMethod(customer, 'tok_ok');
    orderId = (await shop.client.placeOrder(customer, orderOf(id, ['LAMP', 1]), randomUUID())).id;
    await shop.close();
  }, 120_000);
  afterAll(() => shop[Symbol.asyncDispose]());

  test('finds nothing in a sound shop, and exits with 0', async () => {
    const { code, out, err } = await verify(...shop.verifyParameters);
    // A slow machine is told how far it is.
    expect({ code, err: err.replaceAll(/^(?:reading|checking) .*\n/gm, '') }).toEqual({ code: EXIT.ok, err: '' });
    expect(out).toMatch(/^0 violations; looked at 1 orders, 1 payments/);
  }, 120_000);

  test.each(FORGERIES.map((forgery) => [forgery.what, forgery] as const))(
    'finds %s and names the promise',
    async (_, forgery) => {
      await using changed = await forged(shop, forgery);
      expect(changed.rows).toBe(1);
      const { code, out } = await verify(...shop.verifyParameters);
      expect(code).toBe(EXIT.failed);
      expect(out).toContain(`BROKEN ${forgery.breaks}`);
    },
    30_000,
  );

  test('finds an order that was accepted and does not exist', async () => {
    using folder = temporaryFolder();
    const promised = join(folder.path, 'promised');
    const lost = randomUUID();
    await writeFile(promised, `${orderId}\n${lost}\n`);
    const { code, out } = await verify(...shop.verifyParameters, '--accepted', promised);
    expect(code).toBe(EXIT.failed);
    expect(out).toContain(`BROKEN every accepted order exists: order ${lost} was accepted and does not exist`);
    expect(out).not.toContain(orderId);
  }, 120_000);
});

test.each([
  ['a folder without a shop', ['--data', '/nowhere'], /there is no shop in \/nowhere/],
  ['a file that is not there', ['--real', '/nowhere'], /there is no file \/nowhere/],
  ['two shops at once', ['--data', '.', '--real', '.'], /choose one/],
  ['anything else', ['--everything'], /everything/],
])('npm run verify refuses %s', async (_, parameters, why) => {
  const { code, out, err } = await verify(...parameters);
  expect({ code, out }).toEqual({ code: EXIT.usage, out: '' });
  expect(err).toMatch(why);
}, 120_000);

test('npm run verify says what to do with a folder that only an earlier version has opened', async () => {
  using folder = temporaryFolder();
  const topics = withPartitions().filter(({ name }) => name !== 'user.access_changed');
  await openEmbeddedLog({ path: shopFiles(folder.path).log, topics }).close();
  const { code, out, err } = await verify('--data', folder.path);
  expect({ code, out }).toEqual({ code: EXIT.usage, out: '' });
  expect(err).toContain('is of an earlier version: start it once with this one');
}, 120_000);

test('npm run verify says which server of a shop cannot be reached, without its password, and exits with 3', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'real.json');
  using there = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } });
  const [mysql, mongodb] = [`mysql://u:hunter2@127.0.0.1:${there.port}/x`, 'mongodb://u:hunter2@127.0.0.1:1,127.0.0.1:2/x?replicaSet=rs0'];
  const databases = { product: mongodb, inventory: mysql, order: mysql, payment: mysql, user: mongodb };
  const kafka = { brokers: ['127.0.0.1:3', `127.0.0.1:${there.port}`], topicPrefix: '' };
  await writeFile(file, JSON.stringify({ databases, kafka, gateway: join(folder.path, 'gateway.db') }));
  expect(await verify('--real', file)).toEqual({
    code: EXIT.environment,
    out: '',
    err: `127.0.0.1:1, 127.0.0.1:2 cannot be reached\nStart the servers that ${file} names, or give the file of a shop that runs.\n`,
  });
}, 30_000);
