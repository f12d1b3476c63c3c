import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { PriceChange } from '@souk/contracts/http/product';
import { onEveryEngine } from './on-every-engine.ts';
import { eur, newSku, type RunningCatalogue } from './running-catalogue.ts';

interface HistoryPage {
  readonly items: readonly PriceChange[];
  readonly nextCursor: string | null;
}

onEveryEngine((runCatalogue) => {
  let shop: RunningCatalogue;
  beforeAll(async () => {
    shop = await runCatalogue();
  });
  afterAll(() => shop.close());

  const put = (id: string, sku: string, body: unknown) =>
    shop.send('PUT', `/products/${id}/variants/${sku}`, { as: 'staff', body, headers: { 'if-match': '*' } });
  const history = (id: string, query = '') =>
    shop.send<HistoryPage>('GET', `/products/${id}/price-history${query}`, { as: 'staff' });
  const told = ({ items }: HistoryPage) => items.map(({ sku, price, previous }) => [sku, price.amount, previous?.amount ?? null]);

  async function changed() {
    const [a, b] = [newSku(), newSku()].toSorted();
    if (a === undefined || b === undefined) throw new Error('two SKUs');
    const { id } = await shop.created({ variants: [{ sku: a, price: eur(100) }] });
    await put(id, a, { price: eur(90) });
    await put(id, a, { price: eur(90) });
    await put(id, a, { price: eur(90), options: { size: 'L' } });
    await put(id, b, { price: eur(50) });
    await put(id, a, { price: { amount: 90, currency: 'USD' } });
    return { id, a, b };
  }

  test('the price history has every price of a variant, newest first, and who set it', async () => {
    const { id, a, b } = await changed();
    const { status, body } = await history(id);
    expect(status).toBe(200);
    expect(told(body)).toEqual([[a, 90, 90], [b, 50, null], [a, 90, 100], [a, 100, null]]);
    expect(body.items[0]).toMatchObject({ price: { currency: 'USD' }, previous: { currency: 'EUR' } });
    expect(body.items[0]?.actor).toMatch(/^[0-9a-f-]{36}$/);
    expect(Date.parse(body.items[0]?.at ?? '')).toBeGreaterThan(Date.now() - 60_000);
    expect(body.nextCursor).toBeNull();
  });

  test('the price history can be asked for one SKU, and its pages fit together', async () => {
    const { id, a, b } = await changed();
    expect(told((await history(id, `?sku=${b}`)).body)).toEqual([[b, 50, null]]);
    for (const query of ['?', `?sku=${a}&`]) {
      const whole = told((await history(id, query)).body);
      const pages: unknown[] = [];
      for (let cursor: string | null = ''; cursor !== null && pages.length < 9;) {
        const page: HistoryPage = (await history(id, `${query}limit=1${cursor && `&cursor=${cursor}`}`)).body;
        pages.push(...told(page));
        cursor = page.nextCursor;
      }
      expect(pages).toEqual(whole);
    }
    expect((await history(id, '?cursor=nonsense')).status).toBe(422);
  });

  test('the price history is shown to staff only, for archived products too; 404 for an unknown product', async () => {
    const { id } = await changed();
    await shop.send('POST', `/products/${id}/archive`, { as: 'staff' });
    expect((await history(id)).body.items).toHaveLength(4);
    expect((await shop.send('GET', `/products/${id}/price-history`)).status).toBe(401);
    expect((await shop.send('GET', `/products/${id}/price-history`, { as: 'customer' })).status).toBe(403);
    expect((await history('01980000-0000-7000-8000-000000000000')).status).toBe(404);
  });
});
