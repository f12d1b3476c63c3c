import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { PlaceOrder } from '@souk/contracts/http/order';
import { shopClient } from '../src/shop/shop-client.ts';
import type { Ground, ShopApart } from './support/ground.ts';
import { onEveryGround } from './support/on-every-engine.ts';
import { PASSWORD } from './support/open-shop.ts';
import { orderOf, stockUp } from './support/ordering.ts';
import { type PersistentCustomers, persistentCustomers } from './support/persistent-customers.ts';
import { shopRests } from './support/rest.ts';
import { type SeededRandom, seededRandom } from './support/seeded-random.ts';
import { readSnapshot, violationsIn } from './support/snapshot.ts';

interface Ordeal {
  readonly kills: number;
  /** Milliseconds of load after a start, whose recovery may still be under way. */
  readonly load: { readonly least: number; readonly most: number };
  readonly env: Readonly<Record<string, string>>;
}

const EVERYWHERE = { ACCESS_TOKEN_LIFETIME_S: '900', GATEWAY_TIMEOUT_S: '0.3' };
/** Deadlines short enough for some orders to run out of time while the shop is down. */
const EMBEDDED: Ordeal = {
  kills: 20,
  load: { least: 50, most: 900 },
  env: { ...EVERYWHERE, ORDER_STOCK_TIMEOUT_S: '2', ORDER_STOCK_LIMIT_S: '2', ORDER_PAYMENT_TIMEOUT_S: '3', ORDER_PAYMENT_LIMIT_S: '3', SIMULATOR_LATE_S: '4' },
};
/** A broker believes for 6 s that a killed member still reads: some moments are before, some after. */
const REAL: Ordeal = {
  kills: 5,
  load: { least: 500, most: 10_000 },
  env: { ...EVERYWHERE, ORDER_STOCK_TIMEOUT_S: '20', ORDER_STOCK_LIMIT_S: '20', ORDER_PAYMENT_TIMEOUT_S: '5', ORDER_PAYMENT_LIMIT_S: '5', SIMULATOR_LATE_S: '10' },
};

const CUSTOMERS = 6;
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
const ENDS = ['completed', 'out_of_stock', 'payment_declined', 'cancelled_by_customer', 'payment_expired'] as const;

/** Opens the shop and answers how its customers order. */
async function opened({ urls }: ShopApart, { admin }: Ground, random: SeededRandom): Promise<PersistentCustomers> {
  const client = shopClient(urls);
  const staff = (await client.signIn(admin.email, admin.password)).accessToken;
  const plenty = [20_000, 10_000];
  await stockUp(client, staff, { CUP: plenty, SAUCER: plenty, POT: [2000, 1000], TRAY: [5, 5] });
  const email = `${randomUUID()}@souk.example`;
  await client.register(email, PASSWORD, 'Grace Hopper');
  const token = (await client.signIn(email, PASSWORD)).accessToken;
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

async function killedUnderLoad(shop: ShopApart, customers: PersistentCustomers, afterMs: number): Promise<void> {
  let isDead = false;
  const client = shopClient(shop.urls);
  const load = Array.from({ length: CUSTOMERS }, () => customers.shop(client, () => isDead));
  const die = async () => {
    await Bun.sleep(afterMs);
    await shop.kill();
    isDead = true;
  };
  await Promise.all([...load, die()]);
}

async function ordeal(ground: Ground, { kills, load, env }: Ordeal, random: SeededRandom): Promise<void> {
  const moments = Array.from({ length: kills }, () => random.between(load.least, load.most));
  let shop = await ground.startApart(env);
  try {
    const customers = await opened(shop, ground, random);
    for (const moment of moments) {
      await killedUnderLoad(shop, customers, moment);
      shop = await ground.startApart(env);
    }
    await customers.finish(shopClient(shop.urls));
    await shopRests(ground.records);
    await shop.stop();
    await expectEveryPromiseKept(ground, customers);
    expect(customers.silences()).toBeGreaterThanOrEqual(kills);
  } finally {
    await shop.kill();
  }
}

async function expectEveryPromiseKept({ records }: Ground, customers: PersistentCustomers): Promise<void> {
  const accepted = [...customers.accepted.values()];
  const snapshot = await readSnapshot(records, accepted);
  expect(violationsIn(snapshot)).toEqual([]);
  expect(accepted).toHaveLength(customers.asked());
  expect(new Set(snapshot.orders.map(({ id }) => id))).toEqual(new Set(accepted));
  const ends = Map.groupBy(snapshot.orders, ({ status, reason }) => reason ?? status);
  process.stdout.write(`${accepted.length} orders: ${[...ends].map(([end, own]) => `${own.length} ${end}`).join(', ')}\n`);
  expect([...ends.keys()]).toEqual(expect.arrayContaining([...ENDS]));
}

onEveryGround('a shop that is killed at random moments under load', (makeGround, isReal) => {
  test('keeps every promise it made', async () => {
    const random = seededRandom('kill -9');
    await using ground = await makeGround();
    await ordeal(ground, isReal ? REAL : EMBEDDED, random);
  }, 240_000);
});
