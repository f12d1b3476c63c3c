import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Page } from '@souk/contracts/paging';
import type { Product } from '@souk/contracts/http/product';
import type { Problem } from '@souk/contracts/problem';
import { onEveryEngine } from './on-every-engine.ts';
import { eur, type RunningCatalogue } from './running-catalogue.ts';

onEveryEngine((runCatalogue) => {
  describe('GET /products/{id} and by slug', () => {
    let shop: RunningCatalogue;
    beforeAll(async () => {
      shop = await runCatalogue();
    });
    afterAll(() => shop.close());

    test('answer with the product and its tag, and 304 to a caller who has it', async () => {
      const product = await shop.active();
      for (const path of [`/products/${product.id}`, `/products/by-slug/${product.slug}`]) {
        const { status, headers, body } = await shop.send<Product>('GET', path);
        expect([status, headers.get('etag'), body]).toEqual([200, '"2"', product]);
        const again = await shop.send('GET', path, { headers: { 'if-none-match': '"2"' } });
        expect([again.status, again.headers.get('etag'), again.body]).toEqual([304, '"2"', null]);
        expect((await shop.send('GET', path, { headers: { 'if-none-match': '"1"' } })).status).toBe(200);
      }
    });

    test('404 for an unknown product and for a malformed id', async () => {
      const unknown = '/products/01980000-0000-7000-8000-000000000000';
      for (const path of [unknown, '/products/1', '/products/by-slug/none', '/nothing']) {
        const { status, headers } = await shop.send('GET', path);
        expect([status, headers.get('content-type')]).toEqual([404, 'application/problem+json']);
      }
    });

    test('405 names the allowed methods', async () => {
      const { status, headers } = await shop.send('DELETE', '/products');
      expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
    });
  });

  describe('GET /products', () => {
    let shop: RunningCatalogue;
    beforeAll(async () => {
      shop = await runCatalogue();
      const variants = (...skus: [string, number][]) => skus.map(([sku, amount]) => ({ sku, price: eur(amount) }));
      const mugs = variants(['MUG-1', 900], ['MUG-2', 1500]);
      await shop.active({ title: 'Émile Mug', description: 'for coffee', variants: mugs });
      await shop.active({ title: 'apron', description: 'Linen, für die Küche', variants: variants(['APR-1', 2500]) });
      await shop.active({ title: 'Bowl', description: '100 % porcelain', variants: variants(['BWL_1', 1200]) });
      await shop.created({ title: 'Draft bowl', variants: variants(['DRA-1', 1]) });
    });
    afterAll(() => shop.close());

    async function titles(query: string, as: 'anonymous' | 'staff' = 'anonymous'): Promise<string[]> {
      const { status, body } = await shop.send<Page<Product>>('GET', `/products${query}`, { as });
      expect(status).toBe(200);
      return body.items.map(({ title }) => title);
    }

    test.each([
      ['', ['apron', 'Bowl', 'Émile Mug']],
      ['?sort=title', ['apron', 'Bowl', 'Émile Mug']],
      ['?sort=price', ['Émile Mug', 'Bowl', 'apron']],
      ['?sort=-price', ['apron', 'Bowl', 'Émile Mug']],
      ['?sort=newest', ['Bowl', 'apron', 'Émile Mug']],
      ['?sku=MUG-2', ['Émile Mug']],
      ['?sku=MUG-2&sku=APR-1&sku=NONE', ['apron', 'Émile Mug']],
      ['?sku=mug-2', []],
      ['?minPrice=1500', ['apron', 'Émile Mug']],
      ['?maxPrice=1200', ['Bowl', 'Émile Mug']],
      ['?minPrice=1000&maxPrice=1400', ['Bowl']],
      ['?minPrice=3000&maxPrice=1', []],
      ['?q=emile', ['Émile Mug']],
      ['?q=K%C3%9CCHE%20linen', ['apron']],
      ['?q=bwl_', ['Bowl']],
      ['?q=100%20%25', ['Bowl']],
      ['?q=coffee%20linen', []],
      ['?q=%20', ['apron', 'Bowl', 'Émile Mug']],
      ['?colour=red', ['apron', 'Bowl', 'Émile Mug']],
    ])('%s', async (query, expected) => {
      expect(await titles(query)).toEqual(expected);
    });

    test('shows staff everything', async () => {
      expect(await titles('', 'staff')).toEqual(['apron', 'Bowl', 'Draft bowl', 'Émile Mug']);
    });

    test.each([
      ['?limit=0', '?limit'],
      ['?limit=101', '?limit'],
      ['?limit=ten', '?limit'],
      ['?sort=best', '?sort'],
      ['?minPrice=-1', '?minPrice'],
      ['?sku=a%20b', '?sku'],
      ['?cursor=nonsense', '?cursor'],
    ])('refuses %s', async (query, pointer) => {
      const { status, body } = await shop.send<Problem>('GET', `/products${query}`);
      expect([status, body.errors?.[0]?.pointer]).toEqual([422, pointer]);
    });

    test('has no cursor on the last page, and refuses the cursor of another order', async () => {
      const first = (await shop.send<Page<Product>>('GET', '/products?limit=2')).body;
      expect(first.items.map(({ title }) => title)).toEqual(['apron', 'Bowl']);
      const last = (await shop.send<Page<Product>>('GET', `/products?limit=2&cursor=${first.nextCursor}`)).body;
      expect([last.items.map(({ title }) => title), last.nextCursor]).toEqual([['Émile Mug'], null]);
      expect((await shop.send('GET', `/products?sort=newest&cursor=${first.nextCursor}`)).status).toBe(422);
    });

    test('a cursor stays within its limit for the longest title of the widest letters', async () => {
      for (const title of ['語'.repeat(200), '😀'.repeat(100), '"'.repeat(200)]) {
        await shop.active({ title });
        await shop.active({ title });
      }
      let cursor: string | null = '';
      let seen = 0;
      while (cursor !== null) {
        const { status, body }: { status: number; body: Page<Product> } = await shop.send<Page<Product>>(
          'GET',
          `/products?limit=1${cursor && `&cursor=${cursor}`}`,
        );
        expect(status).toBe(200);
        seen += body.items.length;
        cursor = body.nextCursor;
      }
      expect(seen).toBe(9);
    });
  });

  describe('the service', () => {
    test('is alive, ready, measured and described', async () => {
      const shop = await runCatalogue();
      try {
        expect((await shop.send('GET', '/livez')).status).toBe(200);
        expect((await shop.send('GET', '/readyz')).status).toBe(200);
        const { body } = await shop.send<{ paths: Record<string, object> }>('GET', '/openapi.json');
        expect(Object.keys(body.paths)).toContain('/products/{id}/variants/{sku}');
        expect((await shop.send('GET', '/ops/outbox', { as: 'staff' })).status).toBe(200);
        expect((await shop.send('GET', '/ops/outbox')).status).toBe(401);
      } finally {
        await shop.close();
      }
    });
  });
});
