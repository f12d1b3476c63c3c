import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { Category, Product, ProductImage } from '@souk/contracts/http/product';
import type { EventData } from '@souk/contracts/topics';
import { ask } from '../src/shop/ask.ts';
import { messagesOf } from './support/messages-of.ts';
import { onEveryEngine } from './support/on-every-engine.ts';
import type { OpenShop } from './support/open-shop.ts';
import { orderOf, stockUp } from './support/ordering.ts';
import { answered, send } from './support/requests.ts';

/** One grey pixel. */
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==', 'base64');

async function patched<T>({ urls, staff }: OpenShop, path: string, version: number, body: object): Promise<T> {
  const headers = { 'if-match': `"${version}"` };
  const { status, text } = await ask(`${urls.product}${path}`, { method: 'PATCH', token: staff, body, headers });
  expect({ path, status }).toEqual({ path, status: 200 });
  return JSON.parse(text);
}

async function uploaded({ urls, staff }: OpenShop, productId: string): Promise<ProductImage> {
  const headers = { authorization: `Bearer ${staff}`, 'content-type': 'image/png' };
  const response = await fetch(`${urls.product}/products/${productId}/images`, { method: 'POST', headers, body: PNG });
  expect(response.status).toBe(201);
  return (await response.json()) as ProductImage;
}

/** Everything that was told of products, oldest version first. */
async function told(shop: OpenShop): Promise<readonly EventData<'product.updated'>[]> {
  await shop.rest();
  const messages = await messagesOf(shop.records, ['product.created', 'product.updated', 'product.price_changed', 'product.archived']);
  const news = messages.map(({ value }): EventData<'product.updated'> => JSON.parse(value));
  return news.toSorted((a, b) => a.version - b.version);
}

onEveryEngine('the events of Product', (openShop) => {
  test('hold every category and image of a product, and orders follow them', async () => {
    await using shop = await openShop();
    const { client, staff } = shop;
    const lamp = (await stockUp(client, staff, { LAMP: [10] })).get('LAMP');
    if (lamp === undefined) throw new Error('the lamp is not on sale');
    const category = (name: string, parentId: string | null) =>
      answered<Category>(shop, ['POST', 'product', '/categories', { name, parentId }], staff);
    const home = await category('Home', null);
    const garden = await category('Garden', null);
    const light = await category('Light', home.id);
    const inside = await patched<Product>(shop, `/products/${lamp.id}`, lamp.version, { categoryIds: [light.id] });
    const image = await uploaded(shop, lamp.id);
    expect(await told(shop)).toMatchObject([
      { product: { categoryIds: [], images: [] } },
      { product: { categoryIds: [], images: [] } },
      { version: inside.version, product: { categoryIds: [light.id], images: [] } },
      { version: inside.version + 1, product: { images: [{ id: image.id, width: 1, height: 1, contentType: 'image/png' }] } },
    ]);

    const found = async (idOrSlug: string) => (await answered<{ items: Product[] }>(shop, ['GET', 'product', `/products?category=${idOrSlug}`])).items.length;
    expect([await found(home.slug), await found(garden.id)]).toEqual([1, 0]);
    await patched(shop, `/categories/${light.id}`, 1, { parentId: garden.id });
    expect([await found(home.slug), await found(garden.id)]).toEqual([0, 1]);
    expect((await send(shop, ['DELETE', 'product', `/categories/${light.id}`], staff)).status).toBe(409);

    const bytes = await fetch(`${shop.urls.product}${image.url}`);
    expect([bytes.status, Buffer.from(await bytes.arrayBuffer()).equals(PNG)]).toEqual([200, true]);

    const customer = await shop.customer();
    const { id } = await client.addPaymentMethod(customer, 'tok_ok');
    const before = await client.placeOrder(customer, orderOf(id, ['LAMP', 1]), randomUUID());
    await client.archive(staff, lamp.id);
    await shop.rest();
    const refused = await client.placeOrder(customer, orderOf(id, ['LAMP', 1]), randomUUID()).catch((error: unknown) => error);
    expect(refused).toMatchObject({ problem: { status: 422, type: 'urn:souk:problem:sku-inactive' } });
    expect(await client.order(customer, before.id)).toMatchObject({ status: 'completed', items: before.items });
    expect((await told(shop)).at(-1)).toMatchObject({ product: { status: 'archived', categoryIds: [light.id], images: [{ id: image.id }] } });
    expect(await shop.close()).toEqual([]);
  }, 120_000);
});
