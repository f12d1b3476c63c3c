import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Product } from '@souk/contracts/http/product';
import { onEveryEngine } from './on-every-engine.ts';
import { eur, newSku, type ProductReply, type RunningCatalogue } from './running-catalogue.ts';

const UNKNOWN = '01980000-0000-7000-8000-000000000000';

const skuOf = (product: Product) => product.variants[0]?.sku ?? '';

onEveryEngine((runCatalogue) => {
  let shop: RunningCatalogue;
  beforeAll(async () => {
    shop = await runCatalogue();
  });
  afterAll(() => shop.close());

  function change(method: string, path: string, body: unknown, ifMatch: string | null = '*') {
    const headers: Record<string, string> = ifMatch === null ? {} : { 'if-match': ifMatch };
    return shop.send<ProductReply>(method, path, { as: 'staff', body, headers });
  }

  describe('PATCH /products/{id}', () => {
    test('changes the named fields, raises the version and answers with the new tag', async () => {
      const before = await shop.created({ description: 'old', attributes: { colour: 'red', size: 'L' } });
      const asked = { title: 'New', status: 'active', attributes: { colour: null, weight: '1 kg' } };
      const { status, headers, body } = await change('PATCH', `/products/${before.id}`, asked, '"1"');
      expect(status).toBe(200);
      expect(headers.get('etag')).toBe('"2"');
      expect<Product>(body).toEqual({
        ...before,
        title: 'New',
        status: 'active',
        attributes: { size: 'L', weight: '1 kg' },
        version: 2,
        updatedAt: body.updatedAt,
      });
    });

    test('null empties the description and all attributes', async () => {
      const { id } = await shop.created({ description: 'old', attributes: { colour: 'red' } });
      const { body } = await change('PATCH', `/products/${id}`, { description: null, attributes: null });
      expect(body).toMatchObject({ description: '', attributes: {}, version: 2 });
    });

    test('makes no version when nothing differs', async () => {
      const { id, title } = await shop.created();
      const { status, body } = await change('PATCH', `/products/${id}`, { title, attributes: {} }, '"1"');
      expect([status, body.version]).toEqual([200, 1]);
    });

    test('changes the slug, and the old one is free again', async () => {
      const [first, second] = [await shop.created({ slug: 'the-first' }), await shop.created()];
      expect((await change('PATCH', `/products/${second.id}`, { slug: 'the-first' })).status).toBe(409);
      expect((await change('PATCH', `/products/${first.id}`, { slug: 'moved' })).body.slug).toBe('moved');
      expect((await change('PATCH', `/products/${second.id}`, { slug: 'the-first' })).body.slug).toBe('the-first');
      expect((await shop.send('GET', '/products/by-slug/moved', { as: 'staff' })).status).toBe(200);
    });

    test('brings an archived product back', async () => {
      const { id } = await shop.active();
      await shop.send('POST', `/products/${id}/archive`, { as: 'staff' });
      const { body } = await change('PATCH', `/products/${id}`, { status: 'active' }, '"3"');
      expect(body).toMatchObject({ status: 'active', version: 4 });
    });

    test('refuses a patch that leaves more than 50 attributes', async () => {
      const attributes = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`a${index}`, 'x']));
      const { id } = await shop.created({ attributes });
      const { status, body } = await change('PATCH', `/products/${id}`, { attributes: { one: 'more' } });
      expect([status, body.errors?.[0]?.pointer]).toEqual([422, '/attributes']);
      expect((await change('PATCH', `/products/${id}`, { attributes: { one: 'more', a0: null } })).status).toBe(200);
    });

    test.each<[string, object, string]>([
      ['an unknown field', { price: 1 }, '/price'],
      ['archived as a status', { status: 'archived' }, '/status'],
      ['no title', { title: null }, '/title'],
      ['an attribute that is a number', { attributes: { size: 1 } }, '/attributes'],
      ['an attribute called __proto__', JSON.parse('{ "attributes": { "__proto__": "x" } }'), '/attributes'],
    ])('refuses %s', async (_name, body, pointer) => {
      const { id } = await shop.created();
      const reply = await change('PATCH', `/products/${id}`, body, '"1"');
      expect(reply.status).toBe(422);
      expect(reply.body.errors?.[0]?.pointer).toStartWith(pointer);
      expect((await shop.send<ProductReply>('GET', `/products/${id}`, { as: 'staff' })).body.version).toBe(1);
    });
  });

  describe('PUT /products/{id}/variants/{sku}', () => {
    test('changes the price and keeps options that are not named', async () => {
      const sku = newSku();
      const { id } = await shop.created({ variants: [{ sku, options: { size: 'L' }, price: eur(100) }] });
      const path = `/products/${id}/variants/${sku}`;
      const { status, headers, body } = await change('PUT', path, { price: eur(80) }, '"1"');
      expect([status, headers.get('etag')]).toEqual([200, '"2"']);
      expect(body.variants).toEqual([{ sku, options: { size: 'L' }, price: eur(80) }]);
    });

    test('adds a new variant', async () => {
      const [product, sku] = [await shop.created(), newSku()];
      const asked = { price: eur(7), options: { size: 'S' } };
      const { body } = await change('PUT', `/products/${product.id}/variants/${sku}`, asked);
      expect(body.variants).toEqual([...product.variants, { sku, options: { size: 'S' }, price: eur(7) }]);
    });

    test('refuses the SKU of another product and one variant too many', async () => {
      const [product, other] = [await shop.created(), await shop.created()];
      const taken = await change('PUT', `/products/${product.id}/variants/${skuOf(other)}`, { price: eur(7) });
      expect([taken.status, taken.body.type]).toEqual([409, 'urn:souk:problem:sku-taken']);
      const variants = Array.from({ length: 100 }, () => ({ sku: newSku(), price: eur(1) }));
      const full = await shop.created({ variants });
      const tooMany = await change('PUT', `/products/${full.id}/variants/${newSku()}`, { price: eur(7) });
      expect([tooMany.status, tooMany.body.type]).toEqual([409, 'urn:souk:problem:conflict']);
    });

    test('makes no version for the same price', async () => {
      const product = await shop.created();
      const { body } = await change('PUT', `/products/${product.id}/variants/${skuOf(product)}`, { price: eur(1999) });
      expect(body.version).toBe(1);
    });

    test.each<[object, string]>([
      [{}, '/price'],
      [{ price: 5 }, '/price'],
      [{ price: { amount: -5, currency: 'EUR' } }, '/price/amount'],
      [{ price: eur(1), sku: 'X' }, '/sku'],
    ])('refuses %p', async (body, pointer) => {
      const product = await shop.created();
      const reply = await change('PUT', `/products/${product.id}/variants/${skuOf(product)}`, body);
      expect([reply.status, reply.body.errors?.[0]?.pointer]).toEqual([422, pointer]);
    });
  });

  describe('POST /products/{id}/archive', () => {
    test('takes the product off sale; a second time changes nothing', async () => {
      const { id } = await shop.active();
      const first = await shop.send<ProductReply>('POST', `/products/${id}/archive`, { as: 'staff' });
      expect([first.status, first.body.status, first.headers.get('etag')]).toEqual([200, 'archived', '"3"']);
      const again = await shop.send<ProductReply>('POST', `/products/${id}/archive`, { as: 'staff' });
      expect([again.status, again.body]).toEqual([200, first.body]);
      expect((await shop.send('GET', `/products/${id}`)).status).toBe(404);
    });

    test('keeps the SKU and the slug with the product', async () => {
      const product = await shop.created({ slug: 'kept' });
      await shop.send('POST', `/products/${product.id}/archive`, { as: 'staff' });
      const body = { title: 'Other', slug: 'kept', variants: [{ sku: newSku(), price: eur(1) }] };
      expect((await shop.send('POST', '/products', { as: 'staff', body })).status).toBe(409);
    });
  });

  describe('conditional changes', () => {
    const targets: [string, (product: Product) => [string, string, object]][] = [
      ['PATCH', (product) => ['PATCH', `/products/${product.id}`, { title: 'Other' }]],
      ['PUT', (product) => ['PUT', `/products/${product.id}/variants/${skuOf(product)}`, { price: eur(3) }]],
    ];

    test.each(targets)('%s: 428 without If-Match, 412 with an older one, nothing changed', async (_name, target) => {
      const { id } = await shop.active();
      const product = (await shop.send<ProductReply>('GET', `/products/${id}`)).body;
      expect((await change(...target(product), null)).status).toBe(428);
      const stale = await change(...target(product), '"1"');
      expect([stale.status, stale.headers.get('etag')]).toEqual([412, '"2"']);
      expect((await shop.send<ProductReply>('GET', `/products/${id}`)).body).toEqual(product);
    });

    test.each(targets)('%s: of two with the same tag, one is made', async (_name, target) => {
      const product = await shop.created();
      const replies = await Promise.all([change(...target(product), '"1"'), change(...target(product), '"1"')]);
      expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412]);
    });

    test.each(targets)('%s: 404 for an unknown product comes before 428', async (_name, target) => {
      const product = { ...(await shop.created()), id: UNKNOWN };
      expect((await change(...target(product), null)).status).toBe(404);
      expect((await change(...target({ ...product, id: 'no-uuid' }), null)).status).toBe(404);
    });
  });
});
