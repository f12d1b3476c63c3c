import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { migrate } from '@souk/chassis/stores/sql/migrations';
import { openMysql } from '@souk/chassis/stores/sql/mysql-database';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { SERVER_VARIABLES } from '@souk/chassis/testing/server-variables';
import { temporaryDatabase } from '@souk/chassis/testing/temporary-mysql-store';
import { until } from '@souk/chassis/testing/until';
import type { CatalogueRebuildStatus } from '@souk/contracts/http/order';
import type { Server } from '../src/tools/servers/server.ts';
import { ask } from '../src/shop/ask.ts';
import { hostileMysql, setGlobally } from './support/hostile-mysql.ts';
import { type OpenShop, openShopOn } from './support/open-shop.ts';
import { ADDRESS, orderOf, orderWhen, stockUp } from './support/ordering.ts';
import { realGround } from './support/real-ground.ts';

const ORDERS = 3;
const NAME = 'Zoë 東京 🦀';

describeOn(['MySQL', 'MongoDB', 'Kafka'], () => {
  describe('a MySQL with unusual settings', () => {
    const usual = process.env[SERVER_VARIABLES.MySQL];
    let server: Server;
    beforeAll(async () => {
      server = await hostileMysql();
      process.env[SERVER_VARIABLES.MySQL] = server.address;
    }, 720_000);
    afterAll(async () => {
      process.env[SERVER_VARIABLES.MySQL] = usual;
      await server?.stop();
    }, 60_000);

    /** Schemas from nothing, orders that complete and one that is cancelled, the catalogue copy made anew, the checker. */
    test.each(['RELEASE', 'CHAIN'])('is as good as any other (completion_type %s)', async (completionType) => {
      await setGlobally(server, 'completion_type', completionType);
      await using shop = await openShopOn(realGround)();
      await stockUp(shop.client, shop.staff, { LAMP: [10], MUG: [10] });
      await expectEnds(shop, 'tok_ok', 'completed');
      await expectEnds(shop, 'tok_declined', 'cancelled');
      expect(await rebuilt(shop)).toMatchObject({ status: 'done', skipped: 0, failure: null });
      await expectEnds(shop, 'tok_ok', 'completed');
      expect(await shop.close()).toEqual([]);
    }, 180_000);

    test('that accepts only small packets is never sent a larger one: the batch can be halved', async () => {
      await setGlobally(server, 'max_allowed_packet', 1024 * 1024);
      const { url, drop } = await temporaryDatabase();
      const database = openMysql({ url });
      await migrate(database, {});
      const written = (letter: string) => database.transact(function* insert() {
        yield [{ sql: 'select lane from lanes', parameters: [] }];
        const columns = ['lane', 'owner', 'epoch', 'lease_until', 'last_seq', 'published_seq', 'transactions'];
        return { writes: [database.dialect.insert('lanes', columns, [['a', letter.repeat(700_000), 1, 1, 1, 1, 1]])], result: null };
      });
      // 1.4 MB in UTF-8; the other, which fits, fails because of the column alone.
      expect(await written('ß').catch((error: unknown) => error)).toMatchObject({ code: 'other', message: expect.stringContaining('max_allowed_packet = 1048576') });
      expect(await written('s').catch((error: unknown) => error)).toMatchObject({ code: 'check' });
      await database.close();
      await drop();
    }, 60_000);
  });
});

async function expectEnds(shop: OpenShop, token: string, end: string): Promise<void> {
  const customer = await shop.customer();
  const { id: method } = await shop.client.addPaymentMethod(customer, token);
  for (let i = 0; i < ORDERS; i += 1) {
    const wanted = { ...orderOf(method, ['LAMP', 1], ['MUG', 1]), shippingAddress: { ...ADDRESS, name: NAME } };
    const { id } = await shop.client.placeOrder(customer, wanted, randomUUID());
    const order = await orderWhen(shop.client, customer, id, ({ status }) => status === end, 60_000);
    expect(order.shippingAddress.name).toBe(NAME);
  }
}

async function rebuilt({ urls, staff }: OpenShop): Promise<CatalogueRebuildStatus> {
  const url = `${urls.order}/ops/catalogue/rebuild`;
  expect((await ask(url, { method: 'POST', token: staff })).status).toBe(202);
  return until('the rebuild has ended', async () => {
    const last: CatalogueRebuildStatus = JSON.parse((await ask(url, { token: staff })).text);
    return last.status !== 'emptying' && last.status !== 'reading' && last;
  }, 60_000);
}
