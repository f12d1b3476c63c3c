import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { copyOrder } from './support/copied-orders.ts';
import { embeddedGround } from './support/embedded-ground.ts';
import { type OpenShop, openShopOn } from './support/open-shop.ts';
import { orderOf, orderWhen, stockUp } from './support/ordering.ts';

const MEASURED = join(import.meta.dir, 'support/measured-process.ts');
const VERIFY = join(import.meta.dir, '../src/verify/main.ts');
/** The checker that held everything in memory needed 730 MB for as many; COPIED_ORDERS for more. */
const ORDERS = Number(process.env['COPIED_ORDERS'] ?? 40_000);
const LIMIT_MB = 500;
const LIMIT_MS = 600_000 + ORDERS;

let shop: OpenShop;

beforeAll(async () => {
  shop = await openShopOn(embeddedGround)();
  await stockUp(shop.client, shop.staff, { LAMP: [ORDERS] });
  const customer = await shop.customer();
  const { id: card } = await shop.client.addPaymentMethod(customer, 'tok_ok');
  const { id } = await shop.client.placeOrder(customer, orderOf(card, ['LAMP', 1]), randomUUID());
  await orderWhen(shop.client, customer, id, ({ status }) => status === 'completed');
  await shop.close();
  await copyOrder(String(shop.verifyParameters[1]), id, ORDERS - 1);
}, LIMIT_MS);
afterAll(() => shop[Symbol.asyncDispose]());

test('npm run verify needs little memory for many orders', async () => {
  const child = Bun.spawn([process.execPath, MEASURED, VERIFY, ...shop.verifyParameters], { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(new RegExp(`^0 violations; looked at ${ORDERS} orders, ${ORDERS} payments`)) });
  const { memory, cpu } = JSON.parse(err.trimEnd().split('\n').at(-1) ?? '');
  process.stdout.write(`${ORDERS} orders: ${Math.round(memory / 1e6)} MB, ${cpu / 1e6} s of CPU\n`);
  expect(memory / 1e6).toBeLessThan(LIMIT_MB);
}, LIMIT_MS);
