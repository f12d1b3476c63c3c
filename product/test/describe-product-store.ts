import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { StorageError } from '@souk/chassis/storage-error';
import type { ProductDatabase } from './product-databases.ts';
import { product, storeInUse, type StoreInUse } from './product-store-fixture.ts';
import { eur } from './running-catalogue.ts';

/** The suite of every product store, whatever engine it runs on. `open` returns an empty, migrated one. */
export function describeProductStore(name: string, open: () => Promise<ProductDatabase>): void {
  describe(`product store on ${name}`, () => {
    let store: StoreInUse;
    beforeAll(async () => {
      store = await storeInUse(await open());
    });
    afterAll(() => store.close());

    test('returns a product as it was put, by id and by slug', async () => {
      const whole = product({ description: 'é 語 😀 "', attributes: { size: 'L' }, status: 'draft' });
      await store.put(whole);
      expect(await store.reads.byId(whole.id)).toEqual(whole);
      expect(await store.reads.bySlug(whole.slug)).toEqual(whole);
      expect(await store.reads.byId(Bun.randomUUIDv7())).toBeUndefined();
      expect(await store.reads.bySlug('nobody')).toBeUndefined();
    });

    test.each([
      ['of operators and paths', { $where: '1', $set: '2', $ref: 'a', $id: 'b', 'a.b': '3', '.': '4' }],
      ['of JavaScript and the driver', JSON.parse('{"__proto__":"1","constructor":"2","_bsontype":"3","toBSON":"4"}')],
      ['of numbers', { 10: 'ten', b: 'b', 9: 'nine', a: 'a' }],
    ])('keeps names %s in attributes and options, in their order', async (_names, map) => {
      const whole = product();
      const variants = whole.variants.map((variant) => ({ ...variant, options: map }));
      await store.put({ ...whole, attributes: map, variants });
      // Once more over what is there: a change is written in another way than a new product.
      await store.put({ ...whole, attributes: map, variants, version: 2 });
      const found = await store.reads.byId(whole.id);
      expect(Object.entries(found?.attributes ?? {})).toEqual(Object.entries(map));
      expect(Object.entries(found?.variants[0]?.options ?? {})).toEqual(Object.entries(map));
    });

    test('finds the owner of a SKU and of a slug, exactly as written', async () => {
      const [one, other] = [product(), product({ variants: [{ sku: 'Case-1', options: {}, price: eur(1) }] })];
      await store.put(one, other);
      const found = await store.owners(['Case-1', 'case-1'], [one.slug, 'nobody']);
      expect(found).toEqual([other.id, undefined, one.id, undefined]);
    });

    test('follows changes: a new slug frees the old one, new variants are found', async () => {
      const before = product();
      await store.put(before);
      const added = { sku: `${before.variants[0]?.sku}-b`, options: {}, price: eur(5) };
      const after = { ...before, slug: `${before.slug}-new`, variants: [...before.variants, added], version: 2 };
      await store.put(after);
      expect(await store.owners([added.sku], [before.slug, after.slug])).toEqual([after.id, undefined, after.id]);
      expect(await store.reads.byId(before.id)).toEqual(after);
    });

    test.each(['slug', 'SKU'] as const)('refuses the %s of another product, and stores nothing', async (what) => {
      const [first, second] = [product(), product()];
      await store.put(first);
      const same = what === 'slug' ? { ...second, slug: first.slug } : { ...second, variants: first.variants };
      const refusal = await store.put(same).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(StorageError);
      expect(refusal).toMatchObject({ code: 'unique' });
      expect(await store.reads.byId(second.id)).toBeUndefined();
    });
  });
}
