import { Database } from 'bun:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT } from '../src/cli/exit-code.ts';
import { shopFiles, type ShopFiles } from '../src/embedded/shop-files.ts';
import { type OpenShop, openShop } from './support/open-shop.ts';
import { orderOf, stockUp } from './support/ordering.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

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

interface Forgery {
  readonly what: string;
  readonly file: (files: ShopFiles) => string;
  readonly sql: string;
  readonly breaks: string;
}

const FORGERIES: readonly Forgery[] = [
  {
    what: 'a piece that appeared on a shelf',
    file: ({ databases }) => databases.inventory,
    sql: 'update inventory set on_hand = on_hand + 1',
    breaks: 'stock on hand is the sum of its movements',
  },
  {
    what: 'a charge that was taken twice',
    file: ({ gateway }) => gateway,
    sql: `insert into charges select key || '-again', reference || '-again', token, amount, currency, declined, settles_at from charges`,
    breaks: 'our books and those of the gateway agree',
  },
  {
    what: 'a payment of twice the amount',
    file: ({ databases }) => databases.payment,
    sql: 'update payments set amount = 2 * amount',
    breaks: 'a completed order is paid exactly once',
  },
  {
    what: 'an event that is gone',
    file: ({ databases }) => databases.order,
    sql: `delete from events where type = 'order.ready_for_payment'`,
    breaks: 'every event version of everything is 1..n without gap',
  },
  {
    what: 'an order that is gone',
    file: ({ databases }) => databases.order,
    sql: 'delete from orders',
    breaks: 'a reservation ends as its order does',
  },
];

describe('npm run verify', () => {
  let shop: OpenShop;
  let orderId: string;

  beforeAll(async () => {
    shop = await openShop();
    await stockUp(shop.client, shop.staff, { LAMP: [10] });
    const customer = await shop.customer();
    const { id } = await shop.client.addPaymentMethod(customer, 'tok_ok');
    orderId = (await shop.client.placeOrder(customer, orderOf(id, ['LAMP', 1]), randomUUID())).id;
    await shop.close();
  }, 30_000);
  afterAll(() => shop[Symbol.asyncDispose]());

  test('finds nothing in a shop that is right, and exits with 0', async () => {
    const { code, out } = await verify('--data', shop.folder);
    expect(code).toBe(EXIT.ok);
    expect(out).toMatch(/^0 violations; looked at 1 orders, 1 payments/);
  }, 30_000);

  test.each(FORGERIES.map((forgery) => [forgery.what, forgery] as const))(
    'finds %s and names the promise',
    async (_, forgery) => {
      await using folder = await temporaryFolder();
      await cp(shop.folder, folder.path, { recursive: true });
      const database = new Database(forgery.file(shopFiles(folder.path)));
      expect(database.run(forgery.sql).changes).toBe(1);
      database.close();
      const { code, out } = await verify('--data', folder.path);
      expect(code).toBe(EXIT.failed);
      expect(out).toContain(`BROKEN ${forgery.breaks}`);
    },
    30_000,
  );

  test('finds an order that was promised and is gone', async () => {
    await using folder = await temporaryFolder();
    const promised = join(folder.path, 'promised');
    const lost = randomUUID();
    await writeFile(promised, `${orderId}\n${lost}\n`);
    const { code, out } = await verify('--data', shop.folder, '--accepted', promised);
    expect(code).toBe(EXIT.failed);
    expect(out).toContain(`BROKEN every accepted order exists: order ${lost} was accepted and is gone`);
    expect(out).not.toContain(orderId);
  }, 30_000);

  test('says when there is no shop, and when it is used wrongly', async () => {
    await using folder = await temporaryFolder();
    expect(await verify('--data', folder.path)).toMatchObject({ code: EXIT.usage, out: '' });
    expect(await verify('--everything')).toMatchObject({ code: EXIT.usage, out: '' });
  }, 30_000);
});
