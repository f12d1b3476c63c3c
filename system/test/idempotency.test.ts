import { expect, test } from 'bun:test';
import type { PlaceOrder } from '@souk/contracts/http/order';
import { type Answer, ask } from '../src/shop/ask.ts';
import { onEveryEngine } from './support/on-every-engine.ts';
import type { OpenShop } from './support/open-shop.ts';
import { orderOf, stockUp } from './support/ordering.ts';

const KEY = { 'idempotency-key': 'one-order-please' };
const SOCKETS = 50;

async function place(shop: OpenShop, token: string, body: PlaceOrder): Promise<Answer> {
  return ask(`${shop.urls.order}/orders`, { method: 'POST', token, body, headers: KEY });
}

async function orderCount(shop: OpenShop): Promise<number> {
  return (await shop.rest()).orders.length;
}

onEveryEngine('one Idempotency-Key is one order', (openShop) => {
  test('from 50 sockets at once, later, and after a restart', async () => {
    await using shop = await openShop();
    await stockUp(shop.client, shop.staff, { LAMP: [100] });
    const customer = await shop.customer();
    const { id: methodId } = await shop.client.addPaymentMethod(customer, 'tok_ok');
    const body = orderOf(methodId, ['LAMP', 2]);

    const answers = await Promise.all(Array.from({ length: SOCKETS }, () => place(shop, customer, body)));
    const [first] = answers;
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(new Set(answers.map(({ headers }) => headers.get('location'))).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')).toHaveLength(SOCKETS - 1);
    expect(await orderCount(shop)).toBe(1);

    const other = await place(shop, customer, orderOf(methodId, ['LAMP', 3]));
    expect([other.status, JSON.parse(other.text).type]).toEqual([422, 'urn:souk:problem:idempotency-key-reused']);

    await shop.restart();
    const again = await place(shop, customer, body);
    expect([again.status, again.text, again.headers.get('idempotency-replayed')]).toEqual([
      202,
      first?.text ?? '',
      'true',
    ]);
    expect((await place(shop, customer, orderOf(methodId, ['LAMP', 3]))).status).toBe(422);
    expect(await orderCount(shop)).toBe(1);
    expect((await shop.client.stock('LAMP')).available).toBe(98);
    expect(await shop.close()).toEqual([]);
  }, 120_000);

  test('two customers may use the same key, for one order each', async () => {
    await using shop = await openShop();
    await stockUp(shop.client, shop.staff, { LAMP: [100] });
    const statuses = await Promise.all(
      ['first', 'second'].map(async () => {
        const customer = await shop.customer();
        const { id } = await shop.client.addPaymentMethod(customer, 'tok_ok');
        const { status, headers } = await place(shop, customer, orderOf(id, ['LAMP', 1]));
        return [status, headers.get('idempotency-replayed')] as const;
      }),
    );
    expect(statuses).toEqual([
      [202, null],
      [202, null],
    ]);
    expect(await orderCount(shop)).toBe(2);
    expect(await shop.close()).toEqual([]);
  }, 120_000);
});
