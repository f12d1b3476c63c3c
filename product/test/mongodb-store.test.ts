import { expect, setDefaultTimeout, test } from 'bun:test';
import { describeOn } from '@souk/chassis/testing/real-servers';
import type { Product } from '../src/domain/product.ts';
import { describeProductLists } from './describe-product-lists.ts';
import { describeProductStore } from './describe-product-store.ts';
import { MAKING_MS, mongoDatabase } from './product-databases.ts';
import { product, storeInUse } from './product-store-fixture.ts';
import { eur } from './running-catalogue.ts';

const BROKEN: readonly [string, Partial<Product>][] = [
  ['without a version', { version: 0 }],
  ['with a blank title', { title: ' ' }],
  ['with a malformed slug', { slug: 'Not a slug' }],
  ['with half a cent', { variants: [{ sku: 'BROKEN', options: {}, price: eur(0.5) }] }],
  ['with an empty attribute', { attributes: { size: '' } }],
];

describeOn(['MongoDB'], () => {
  setDefaultTimeout(MAKING_MS);
  describeProductStore('MongoDB', mongoDatabase);
  describeProductLists('MongoDB', mongoDatabase);

  test('the database itself refuses a product that breaks the contract', async () => {
    const store = await storeInUse(await mongoDatabase());
    try {
      for (const [what, changes] of BROKEN) {
        const broken = product(changes);
        const refusal = await store.put(broken).catch((error: unknown) => error);
        expect([what, refusal]).toMatchObject([what, { code: 'check' }]);
        expect(await store.reads.byId(broken.id)).toBeUndefined();
      }
    } finally {
      await store.close();
    }
  });
});
