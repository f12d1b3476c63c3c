import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { openMysql } from '@souk/chassis/stores/sql/mysql-database';
import type { SqlDatabase } from '@souk/chassis/stores/sql/sql-database';
import { openSqlite } from '@souk/chassis/stores/sql/sqlite-database';
import { recordedDatabase, type RecordedDatabase } from '@souk/chassis/testing/query-costs';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { temporaryMysqlStore } from '@souk/chassis/testing/temporary-mysql-store';
import { temporaryStore } from '@souk/chassis/testing/temporary-store';
import type { ProductState } from '../../src/domain/catalogue.ts';
import type { Placement } from '../../src/domain/place-order.ts';
import type { OrderSchema } from '../../src/storage/order-schema.ts';
import type { OrderStore } from '../../src/storage/order-store.ts';
import { sqlOrderStore } from '../../src/storage/sql-order-store.ts';
import { placeOrder } from '../../src/usecases/advance-order.ts';
import { copyProduct } from '../../src/usecases/copy-product.ts';
import { ADDRESS, DEADLINES, eur, LIMITS, METHOD_ID, NOW, PRODUCT_ID, USER_ID } from '../orders.ts';
import { openWriter, put } from './settle.ts';

setDefaultTimeout(30_000);

type Open = () => SqlDatabase<OrderSchema>;

interface Two {
  readonly store: OrderStore;
  /** Another connection to the same database. */
  readonly again: Open;
  close(): Promise<void>;
}

const OPEN = {
  async SQLite(open: (database: SqlDatabase<OrderSchema>) => OrderStore): Promise<Two> {
    const opened = await temporaryStore((options) => open(openSqlite<OrderSchema>(options)));
    return { ...opened, again: () => openSqlite<OrderSchema>({ path: opened.path, synchronous: 'NORMAL' }) };
  },
  async MySQL(open: (database: SqlDatabase<OrderSchema>) => OrderStore): Promise<Two> {
    const opened = await temporaryMysqlStore((options) => open(openMysql<OrderSchema>(options)));
    return { ...opened, again: () => openMysql<OrderSchema>({ url: opened.url }) };
  },
};

const mug = (version: number, skus: readonly string[] = ['MUG']): ProductState => ({
  id: PRODUCT_ID,
  version,
  title: 'Mug',
  active: true,
  changedAt: NOW + version,
  variants: skus.map((sku) => ({ sku, options: {}, price: eur(100 * version) })),
});

/** What placements see of the catalogue copy, in two processes on one database. */
function describeOffers(engine: 'SQLite' | 'MySQL'): void {
  describe(`${engine}: a placement`, () => {
    let at: number;
    let recorded: RecordedDatabase<OrderSchema>;
    let close: () => Promise<void>;
    let here: Awaited<ReturnType<typeof openWriter>>;
    let elsewhere: typeof here;
    let store: OrderStore;

    beforeEach(async () => {
      at = 0;
      const two = await OPEN[engine]((database) => {
        recorded = recordedDatabase(database);
        return sqlOrderStore(recorded.database, () => at);
      });
      store = two.store;
      const other = sqlOrderStore(two.again());
      here = await openWriter(store);
      elsewhere = await openWriter(other, 500, 'elsewhere');
      close = async () => {
        for (const writer of [here, elsewhere]) await writer.close();
        await other.close();
        await two.close();
      };
      await elsewhere.submit(copyProduct, mug(1));
    });
    afterEach(() => close());

    /** In the order in which it is asked for, although it could wait. */
    const place = { ...placeOrder(DEADLINES, LIMITS), canWait: false };
    async function costs(sku = 'MUG', writer = here): Promise<number | string> {
      const items = [{ sku, quantity: 1 }];
      const answer: Placement = await writer.submit(place, { userId: USER_ID, items, shippingAddress: ADDRESS, paymentMethodId: METHOD_ID });
      return answer.kind === 'placed' ? answer.order.total.amount : answer.refusal.code;
    }
    async function reads(): Promise<readonly string[]> {
      const statements = await recorded.statementsOf(() => costs());
      return statements.map(({ sql }) => sql).filter((sql) => /[`"]catalogue[`"]/.test(sql));
    }

    test('locks no row of the catalogue, and reads a SKU once a second', async () => {
      const [read = '', ...others] = await reads();
      expect(read).toContain('sku');
      expect([read, ...others].filter((sql) => sql.includes('for update'))).toEqual([]);
      expect(await reads()).toEqual([]);
      at += 1000;
      expect(await reads()).toEqual([]);
      at += 1;
      expect(await reads()).toEqual([read]);
    });

    test('sees the copy of another process within a second, and that of its own at once', async () => {
      expect(await costs()).toBe(100);
      await elsewhere.submit(copyProduct, mug(2));
      expect([await costs(), await costs('MUG', elsewhere)]).toEqual([100, 200]);
      at += 1001;
      expect(await costs()).toBe(200);
      await here.submit(copyProduct, mug(3));
      expect(await costs()).toBe(300);
      await here.submit(copyProduct, mug(4, ['CUP']));
      expect([await costs(), await costs('CUP')]).toEqual(['sku-unknown', 400]);
    });

    test('in one batch with product events sees those before it, and no others', async () => {
      const told = [costs(), here.submit(copyProduct, mug(2)), costs(), here.submit(copyProduct, mug(3, ['CUP'])), costs(), costs('CUP')];
      expect(await Promise.all(told)).toEqual([100, undefined, 200, undefined, 'sku-unknown', 300]);
      expect([await costs(), await costs('CUP')]).toEqual(['sku-unknown', 300]);
    });

    test('does not cache that a SKU is unknown', async () => {
      expect(await costs('CUP')).toBe('sku-unknown');
      await elsewhere.submit(copyProduct, mug(2, ['MUG', 'CUP']));
      expect(await costs('CUP')).toBe(200);
    });

    test('sees an exchanged copy at once', async () => {
      expect(await costs()).toBe(100);
      await put({ freshCatalogue: [{ sku: 'MUG', productId: PRODUCT_ID, title: 'Mug', options: {}, price: eur(7), active: true, version: 1, changedAt: NOW }] })(elsewhere);
      const held = await store.fresh.lock();
      await held?.exchange();
      await held?.release();
      expect(await costs()).toBe(7);
    });
  });
}

describeOffers('SQLite');
describeOn(['MySQL'], () => describeOffers('MySQL'));
