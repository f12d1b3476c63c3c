import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { until } from '@souk/chassis/testing/until';
import type { Product } from '@souk/contracts/http/product';
import { onEveryEngine } from './on-every-engine.ts';
import { eur, newSku, type RunningCatalogue } from './running-catalogue.ts';

onEveryEngine((runCatalogue) => {
  describe('product events', () => {
    let shop: RunningCatalogue;
    beforeAll(async () => {
      shop = await runCatalogue();
    });
    afterAll(() => shop.close());

    const change = (method: string, path: string, body?: unknown) =>
      shop.send<Product>(method, path, { as: 'staff', body, headers: { 'if-match': '*' } });

    test('each change is one event with the whole product, versions 1..n', async () => {
      const sku = newSku();
      const { id } = await shop.created({ variants: [{ sku, price: eur(100) }] });
      const path = `/products/${id}`;
      const states = [
        await shop.send<Product>('GET', path, { as: 'staff' }),
        await change('PATCH', path, { status: 'active' }),
        await change('PUT', `${path}/variants/${sku}`, { price: eur(90) }),
        await change('PUT', `${path}/variants/${sku}`, { price: eur(90) }),
        await change('PUT', `${path}/variants/${sku}`, { price: eur(90), options: { size: 'L' } }),
        await change('POST', `${path}/archive`),
        await change('POST', `${path}/archive`),
      ].map(({ body }) => body);
      const distinct = [...new Map(states.map((product) => [product.version, product])).values()];

      await until('five events', () => shop.log.sent.length >= 5);
      const events = shop.log.events().filter(({ subject }) => subject === id);
      expect(events.map(({ type }) => type)).toEqual([
        'product.created',
        'product.updated',
        'product.price_changed',
        'product.updated',
        'product.archived',
      ]);
      expect(events.map(({ aggregateVersion }) => aggregateVersion)).toEqual([1, 2, 3, 4, 5]);
      expect(events.map(({ data }) => data)).toMatchObject(
        distinct.map((product) => ({ productId: id, version: product.version, product })),
      );
      expect(events[2]?.data).toMatchObject({ sku, oldPrice: eur(100), newPrice: eur(90) });
    });

    test('carry the trace of the request, and say in the history who asked', async () => {
      const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
      const body = { title: 'Traced', variants: [{ sku: newSku(), price: eur(1) }] };
      const reply = await shop.send<Product>('POST', '/products', { as: 'staff', body, headers: { traceparent } });
      const [stored] = await shop.store.writing.readStream(reply.body.id);
      expect(stored?.traceparent?.slice(3, 35)).toBe('0af7651916cd43dd8448eb211c80319c');
      expect(stored?.context).toEqual({ actor: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    });

    test('a refused change leaves no event', async () => {
      const { id } = await shop.created();
      const headers = { 'if-match': '"7"' };
      await shop.send('PATCH', `/products/${id}`, { as: 'staff', body: { title: 'Other' }, headers });
      expect(await shop.store.writing.readStream(id)).toHaveLength(1);
    });
  });

  test('two processes on one database never give a SKU or a slug to two products', async () => {
    const first = await runCatalogue({ instance: 'product-a' });
    const second = await runCatalogue({ beside: first, instance: 'product-b' });
    try {
      const skus = Array.from({ length: 20 }, newSku);
      const post = (shop: RunningCatalogue, sku: string) => {
        const body = { title: 'Both', variants: [{ sku, price: eur(1) }] };
        return shop.send<Product>('POST', '/products', { as: 'staff', body });
      };
      const replies = await Promise.all(skus.flatMap((sku) => [post(first, sku), post(second, sku)]));
      expect(replies.filter(({ status }) => status === 201)).toHaveLength(20);
      expect(replies.filter(({ status }) => status === 409)).toHaveLength(20);
      const slugs = replies.filter(({ status }) => status === 201).map(({ body }) => body.slug);
      expect(new Set(slugs).size).toBe(20);
    } finally {
      await second.close();
      await first.close();
    }
  });
});
