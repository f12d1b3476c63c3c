import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Page } from '@souk/contracts/paging';
import type { Product } from '@souk/contracts/http/product';
import { onEveryEngine } from './on-every-engine.ts';
import { aProduct, eur, newSku, type ProductReply, type RunningCatalogue } from './running-catalogue.ts';

onEveryEngine((runCatalogue) => {
  describe('POST /products', () => {
    let shop: RunningCatalogue;
    beforeAll(async () => {
      shop = await runCatalogue();
    });
    afterAll(() => shop.close());

    const post = (body: unknown, headers = {}) =>
      shop.send<ProductReply>('POST', '/products', { as: 'staff', body, headers });

    test('creates a draft at version 1 and says where it is', async () => {
      const sku = newSku();
      const { status, headers, body } = await post({
        title: 'Żółty czajnik',
        description: 'Steel',
        attributes: { material: 'steel' },
        variants: [{ sku, options: { size: 'L' }, price: eur(4900) }],
      });
      expect(status).toBe(201);
      expect(headers.get('location')).toBe(`/products/${body.id}`);
      expect(headers.get('etag')).toBe('"1"');
      expect(body).toMatchObject({ slug: 'zolty-czajnik', status: 'draft', version: 1, description: 'Steel' });
      expect(body.variants).toEqual([{ sku, options: { size: 'L' }, price: eur(4900) }]);
      expect((await shop.send<Product>('GET', `/products/${body.id}`, { as: 'staff' })).body).toEqual(body);
    });

    test('fills in optional fields', async () => {
      const sku = newSku();
      const { body } = await post({ title: 'Plain', variants: [{ sku, price: eur(1) }] });
      expect(body).toMatchObject({ description: '', attributes: {}, variants: [{ sku, options: {}, price: eur(1) }] });
    });

    test('numbers a derived slug that is taken, and refuses a given one', async () => {
      const first = await post(aProduct({ title: 'Cup & saucer' }));
      const second = await post(aProduct({ title: 'Cup, saucer' }));
      expect([first.body.slug, second.body.slug]).toEqual(['cup-saucer', 'cup-saucer-2']);
      const given = await post(aProduct({ slug: 'cup-saucer' }));
      expect(given.status).toBe(409);
      expect(given.body).toMatchObject({ type: 'urn:souk:problem:slug-taken', errors: [{ pointer: '/slug' }] });
    });

    test('gives thirty products of one title thirty slugs, even at the same time', async () => {
      const replies = await Promise.all(Array.from({ length: 30 }, () => post(aProduct({ title: 'Same name' }))));
      expect(new Set(replies.map(({ body }) => body.slug)).size).toBe(30);
    });

    test('names every SKU that another product has', async () => {
      const taken = (await shop.created()).variants[0]?.sku ?? '';
      const variants = [newSku(), taken].map((sku) => ({ sku, price: eur(1) }));
      const { status, body } = await post(aProduct({ variants }));
      expect(status).toBe(409);
      expect(body).toMatchObject({ type: 'urn:souk:problem:sku-taken', errors: [{ pointer: '/variants/1/sku' }] });
    });

    test('accepts one of three concurrent products with the same SKU', async () => {
      const sku = newSku();
      const body = aProduct({ variants: [{ sku, price: eur(5) }] });
      const replies = await Promise.all([post(body), post(body), post(body)]);
      expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409]);
      const found = await shop.send<Page<Product>>('GET', `/products?sku=${sku}`, { as: 'staff' });
      expect(found.body.items).toHaveLength(1);
    });

    test('counts the code points of a title, not its bytes or UTF-16 units', async () => {
      const title = '😀'.repeat(200);
      const { status, body } = await post(aProduct({ title, attributes: { ['😀'.repeat(50)]: title } }));
      expect([status, body.title]).toEqual([201, title]);
      expect((await shop.send<Product>('GET', `/products/${body.id}`, { as: 'staff' })).body).toEqual(body);
      expect((await post(aProduct({ title: `${title}😀` }))).status).toBe(422);
    });

    const price = eur(1);
    const priced = (wrong: object) => ({ variants: [{ sku: 'X', price: { ...price, ...wrong } }] });
    test.each<[string, object, string]>([
      ['no title', { title: undefined }, '/title'],
      ['a blank title', { title: '  ' }, '/title'],
      ['an invisible title', { title: '\u200b\u2060\u3164' }, '/title'],
      ['an invisible attribute', { attributes: { material: '\u2800' } }, '/attributes/material'],
      ['a title of 201 characters', { title: 'x'.repeat(201) }, '/title'],
      ['NUL in the title', { title: 'a\0b' }, '/title'],
      ['an unknown field', { colour: 'red' }, '/colour'],
      ['a status', { status: 'active' }, '/status'],
      ['no variant', { variants: [] }, '/variants'],
      ['no price', { variants: [{ sku: 'X' }] }, '/variants/0/price'],
      ['an amount with a fraction', priced({ amount: 1.5 }), '/variants/0/price/amount'],
      ['an amount as text', priced({ amount: '1' }), '/variants/0/price/amount'],
      ['a negative amount', priced({ amount: -1 }), '/variants/0/price/amount'],
      ['an amount above the limit', priced({ amount: 1e15 }), '/variants/0/price/amount'],
      ['an unknown currency', priced({ currency: 'EUX' }), '/variants/0/price/currency'],
      ['a SKU with a space', { variants: [{ sku: 'A B', price }] }, '/variants/0/sku'],
      ['a SKU twice', { variants: [{ sku: 'A', price }, { sku: 'B', price }, { sku: 'A', price }] }, '/variants/2/sku'],
      ['a slug with capitals', { slug: 'Tea' }, '/slug'],
    ])('refuses %s', async (_name, changes, pointer) => {
      const { status, headers, body } = await post({ ...aProduct(), ...changes });
      expect(status).toBe(422);
      expect(headers.get('content-type')).toBe('application/problem+json');
      expect(body.errors?.map((error) => error.pointer)).toContain(pointer);
    });

    test('refuses a body that is not JSON (400), not declared as JSON (415) or too large (413)', async () => {
      expect((await post('{')).status).toBe(400);
      expect((await post('{}', { 'content-type': 'text/plain' })).status).toBe(415);
      expect((await post(JSON.stringify({ title: 'x'.repeat(70_000) }))).status).toBe(413);
    });

    test('gives the same answer to the same Idempotency-Key, and refuses it for another body', async () => {
      const body = aProduct({ title: 'Only once' });
      const key = { 'idempotency-key': 'k-1' };
      const replies = await Promise.all([post(body, key), post(body, key), post(body, key)]);
      expect(new Set(replies.map((reply) => reply.body.id)).size).toBe(1);
      expect(replies.map(({ status }) => status)).toEqual([201, 201, 201]);
      expect(replies.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')).toHaveLength(2);
      const other = await post({ ...body, title: 'Another' }, key);
      expect(other.body.type).toBe('urn:souk:problem:idempotency-key-reused');
    });

    test('may be tried again under the same Idempotency-Key after a refusal', async () => {
      const key = { 'idempotency-key': 'k-2' };
      const taken = (await shop.created()).variants[0]?.sku ?? '';
      const body = aProduct({ variants: [{ sku: taken, price }] });
      expect((await post(body, key)).status).toBe(409);
      expect((await post(aProduct(), key)).status).toBe(201);
    });
  });
});
