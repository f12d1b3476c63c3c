import { expect, test } from 'bun:test';
import type { PlaceOrder } from '@souk/contracts/http/order';
import { shopClient } from '../src/shop/shop-client.ts';
import { type ShopProcess, startShopProcess } from '../src/shop/shop-process.ts';
import { acceptedOrdersExist } from '../src/verify/order-rules.ts';
import { readEmbeddedShop } from '../src/verify/read-embedded-shop.ts';
import { violationsOf } from '../src/verify/rule.ts';
import { RULES } from '../src/verify/rules.ts';
import { PASSWORD } from './support/open-shop.ts';
import { orderOf, stockUp } from './support/ordering.ts';
import { type PersistentCustomers, persistentCustomers } from './support/persistent-customers.ts';
import { shopRests } from './support/rest.ts';
import { type SeededRandom, seededRandom } from './support/seeded-random.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const KILLS = 20;
/** After the start, whose recovery may still be under way. */
const LOAD_MS = { least: 50, most: 900 };
const CUSTOMERS = 6;
/** Short enough for some orders to run out of time while the shop is down. */
const ENV = {
  LOG_LEVEL: 'fatal',
  ACCESS_TOKEN_LIFETIME_S: '900',
  ORDER_STOCK_TIMEOUT_S: '2',
  ORDER_PAYMENT_TIMEOUT_S: '3',
  SIMULATOR_LATE_S: '4',
  GATEWAY_TIMEOUT_S: '0.3',
};
const CARDS = [
  'tok_ok',
  'tok_ok',
  'tok_ok',
  'tok_declined',
  'tok_insufficient_funds',
  'tok_timeout_captured',
  'tok_timeout_lost',
  'tok_flaky',
  'tok_late_capture',
] as const;
const SKUS = ['CUP', 'SAUCER', 'POT', 'TRAY'] as const;

/** Opens the shop and answers how its customers order. */
async function opened({ urls, accounts }: ShopProcess, random: SeededRandom): Promise<PersistentCustomers> {
  const client = shopClient(urls);
  const staff = (await client.signIn(accounts.admin.email, accounts.admin.password)).accessToken;
  const plenty = [20_000, 10_000];
  await stockUp(client, staff, { CUP: plenty, SAUCER: plenty, POT: [2000, 1000], TRAY: [5, 5] });
  await client.register('grace@souk.example', PASSWORD, 'Grace Hopper');
  const token = (await client.signIn('grace@souk.example', PASSWORD)).accessToken;
  const methods = new Map<string, string>();
  for (const card of CARDS) methods.set(card, (await client.addPaymentMethod(token, card)).id);
  return persistentCustomers({
    token,
    regret: () => random.next() < 0.15,
    nextOrder(): PlaceOrder {
      const [first, second] = random.shuffled(SKUS.filter((sku) => sku !== 'TRAY' || random.next() < 0.2));
      const lines = [first ?? 'CUP', second ?? 'POT'].map((sku) => [sku, random.between(1, 3)] as const);
      return orderOf(methods.get(random.pick(CARDS)) ?? '', ...lines);
    },
  });
}

async function killedUnderLoad(shop: ShopProcess, customers: PersistentCustomers, afterMs: number): Promise<void> {
  let isDead = false;
  const moment = setTimeout(() => shop.kill(), afterMs);
  const client = shopClient(shop.urls);
  try {
    const load = Array.from({ length: CUSTOMERS }, () => customers.shop(client, () => isDead));
    await Promise.all([...load, shop.exited.then(() => (isDead = true))]);
  } finally {
    clearTimeout(moment);
  }
}

test(`killed ${KILLS} times at random moments under load, the shop keeps every promise it made`, async () => {
  const random = seededRandom('kill -9');
  const moments = Array.from({ length: KILLS }, () => random.between(LOAD_MS.least, LOAD_MS.most));
  await using folder = await temporaryFolder();
  let shop = await startShopProcess({ folder: folder.path, env: ENV });
  try {
    const customers = await opened(shop, random);
    for (const moment of moments) {
      await killedUnderLoad(shop, customers, moment);
      shop = await startShopProcess({ folder: folder.path, env: ENV });
    }
    await customers.finish(shopClient(shop.urls));
    await shopRests(folder.path);
    expect(await shop.stop()).toBe(0);

    const accepted = [...customers.accepted.values()];
    const snapshot = readEmbeddedShop(folder.path);
    expect(violationsOf([...RULES, acceptedOrdersExist(accepted)], snapshot)).toEqual([]);
    expect(accepted).toHaveLength(customers.asked());
    expect(customers.silences()).toBeGreaterThanOrEqual(KILLS);
    expect(new Set(snapshot.orders.map(({ id }) => id))).toEqual(new Set(accepted));
    const ends = new Set(snapshot.orders.map(({ status, reason }) => reason ?? status));
    for (const end of [
      'completed',
      'out_of_stock',
      'payment_declined',
      'cancelled_by_customer',
      'payment_expired',
    ] as const) {
      expect(ends).toContain(end);
    }
    const counts = [...Map.groupBy(snapshot.orders, ({ status, reason }) => reason ?? status)].map(
      ([end, own]) => `${own.length} ${end}`,
    );
    process.stdout.write(`${accepted.length} orders: ${counts.join(', ')}\n`);
  } finally {
    shop.kill();
  }
}, 240_000);
