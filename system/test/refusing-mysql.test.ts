import { describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { until } from '@souk/chassis/testing/until';
import { openShopOn } from './support/open-shop.ts';
import { orderOf, orderWhen, stockUp } from './support/ordering.ts';
import { realGround } from './support/real-ground.ts';

/** A group that has lost its quorum refuses every commit with this; here every transaction of a service. */
const REFUSE =
  "create trigger refuse before update on lanes for each row signal sqlstate 'HY000' set mysql_errno = 3100, message_text = 'Error on observer while running replication hook'";
const AGREE = 'drop trigger refuse';

describeOn(['MySQL', 'MongoDB', 'Kafka'], () => {
  describe('a MySQL that answers, and refuses to commit', () => {
    test('is an outage: 503 with Retry-After, no message loses an attempt, and everything goes on when it commits again', async () => {
      await using shop = await openShopOn(realGround)();
      await stockUp(shop.client, shop.staff, { LAMP: [10] });
      const customer = await shop.customer();
      const { id: method } = await shop.client.addPaymentMethod(customer, 'tok_ok');
      const key = randomUUID();

      await shop.execute('order', REFUSE);
      const refused = await fetch(`${shop.urls.order}/orders`, {
        method: 'POST',
        headers: { authorization: `Bearer ${customer}`, 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify(orderOf(method, ['LAMP', 1])),
      });
      expect({ status: refused.status, retryAfter: Number(refused.headers.get('retry-after')) > 0 }).toEqual({ status: 503, retryAfter: true });
      await refused.body?.cancel();
      await shop.execute('order', AGREE);
      const first = await shop.client.placeOrder(customer, orderOf(method, ['LAMP', 1]), key);
      await orderWhen(shop.client, customer, first.id, ({ status }) => status === 'completed', 30_000);

      await shop.execute('inventory', REFUSE);
      const second = await shop.client.placeOrder(customer, orderOf(method, ['LAMP', 2]), randomUUID());
      await until('the database of inventory is red', async () => (await readiness(shop.urls.inventory)).includes('database'), 30_000);
      await shop.execute('inventory', AGREE);
      await orderWhen(shop.client, customer, second.id, ({ status }) => status === 'completed', 30_000);

      await shop.rest();
      for (const service of ['order', 'inventory', 'payment'] as const) {
        expect((await shop.client.deadLetters(service, shop.staff)).items).toEqual([]);
      }
      expect(await shop.close()).toEqual([]);
    }, 180_000);
  });
});

/** Names of what is not ready, among other words. */
async function readiness(url: string): Promise<string> {
  const answer = await fetch(`${url}/readyz`);
  const text = await answer.text();
  return answer.ok ? '' : text;
}
