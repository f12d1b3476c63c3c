import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { until } from '@souk/chassis/testing/until';
import type { DeadLetterStatus } from '@souk/contracts/http/ops';
import type { Product } from '@souk/contracts/http/product';
import { onEveryEngine } from './on-every-engine.ts';
import { eur, newSku, type ProductReply, type RunningCatalogue } from './running-catalogue.ts';

const LIMIT = 1024 * 1024;
/** Within every limit of a variant; in UTF-8 a Thai letter takes three bytes. */
const OPTIONS = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`option ${i}`, 'ก'.repeat(200)]));

onEveryEngine((runCatalogue) => {
  describe('a product that outgrows an event', () => {
    let shop: RunningCatalogue;
    beforeAll(async () => {
      shop = await runCatalogue();
    });
    afterAll(() => shop.close());

    const put = (product: Product) =>
      shop.send<ProductReply>('PUT', `/products/${product.id}/variants/${newSku()}`, {
        as: 'staff',
        body: { price: eur(100), options: OPTIONS },
        headers: { 'if-match': '*' },
      });
    const unsent = async ({ id }: Product) => {
      const { body } = await shop.send<{ items: DeadLetterStatus[] }>('GET', '/ops/dead-letters', { as: 'staff' });
      return body.items.filter(({ key }) => key === id);
    };
    const setAsideCount = async () => Number(/^souk_events_set_aside_total{.*} (\d+)$/m.exec(await (await shop.fetchAs('anonymous', '/metrics')).text())?.[1]);
    const sentOf = ({ id }: Product) =>
      shop.log.events().filter(({ subject, type }) => subject === id && type !== 'product.dead_letter');

    test('gets 422 for the change that is too large, and holds up no other event', async () => {
      const grown = await shop.active();
      let refused: Awaited<ReturnType<typeof put>> | undefined;
      for (let variants = 2; variants <= 42 && refused === undefined; variants += 1) {
        const reply = await put(grown);
        if (reply.status !== 200) refused = reply;
      }
      expect(refused).toMatchObject({ status: 422, body: { type: 'urn:souk:problem:event-too-large', limit: LIMIT } });
      const { size = 0, detail } = refused?.body ?? {};
      expect(size).toBeGreaterThan(LIMIT);
      expect(detail).toContain(String(LIMIT));
      expect(detail).toContain(String(size));

      const { body: stored } = await shop.send<Product>('GET', `/products/${grown.id}`);
      expect(stored.version).toBe(stored.variants.length + 1);
      const other = await shop.active();
      const { body: archived } = await shop.send<Product>('POST', `/products/${grown.id}/archive`, { as: 'staff' });
      expect(archived.status).toBe('archived');
      await until('all events are sent', () => sentOf(other).length === 2 && sentOf(grown).length === archived.version);
      expect(sentOf(grown).at(-1)?.type).toBe('product.archived');
    }, 60_000);

    test('is set aside when a broker takes less: other events pass, and an operator sends it later', async () => {
      const product = await shop.active();
      shop.log.limit = 20_000;
      const before = await setAsideCount();
      expect((await put(product)).status).toBe(200);
      const other = await shop.active();
      await until('the event of the other product is sent', () => sentOf(other).length === 2);
      const letters = await until('it is set aside', async () => (await unsent(product)).length > 0 && unsent(product));
      expect(letters).toMatchObject([{ kind: 'unsent', topic: 'product.updated', status: 'dead', attempts: 1 }]);
      expect(await setAsideCount()).toBe(before + 1);
      const redrive = () => shop.send('POST', `/ops/dead-letters/${letters[0]?.id}/redrive`, { as: 'staff' });
      expect(await redrive()).toMatchObject({ status: 409, body: { detail: expect.stringContaining('exceed the limit of 20000') } });
      shop.log.limit = LIMIT;
      expect(await redrive()).toMatchObject({ status: 200, body: { status: 'redriven' } });
      expect(sentOf(product).map(({ aggregateVersion }) => aggregateVersion)).toEqual([1, 2, 3]);
      expect((await redrive()).status).toBe(409);
      expect(sentOf(product)).toHaveLength(3);
    }, 60_000);
  });
});
