import { randomUUID } from 'node:crypto';
import { until } from '@souk/chassis/testing/until';
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { ADDRESS } from '../support/ordering.ts';
import { type Actor, type ContractShop, openContractShop } from './contract-shop.ts';
import { pathOf } from './sample-requests.ts';

let shop: ContractShop;
beforeAll(async () => void (shop = await openContractShop()), 60_000);
afterAll(() => shop[Symbol.asyncDispose]());

type Service = keyof ContractShop['urls'];

interface Asked {
  readonly as?: Actor;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

async function ask(service: Service, method: string, path: string, { as = 'admin', body, headers }: Asked = {}) {
  const token = shop.tokens[as];
  const response = await fetch(`${shop.urls[service]}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Reads by the id in small letters and in capitals, between two changes of what is read: a refund may be on its way. */
async function readBoth(service: Service, path: string, as: Actor) {
  return until(`${path} at rest`, async () => {
    const [small, big, again] = [await ask(service, 'GET', path, { as }), await ask(service, 'GET', loud(path), { as }), await ask(service, 'GET', path, { as })];
    const withoutRequest = (body: Record<string, unknown>) => ({ ...body, requestId: undefined });
    return Bun.deepEquals(withoutRequest(small.body), withoutRequest(again.body)) && { small, big };
  });
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const loud = (text: string) => text.replaceAll(UUID, (id) => id.toUpperCase());

describe('an id in capitals is the same id', () => {
  test('in the path of everything that can be read', async () => {
    const asked: string[] = [];
    for (const route of shop.routes) {
      const path = pathOf(route, shop.objects);
      if (route.method !== 'GET' || loud(path) === path || path.endsWith('/stream') || path.includes('/images/')) continue;
      asked.push(`${route.service} ${route.path}`);
      const as = route.service === 'payment' || route.service === 'user' ? 'customer' : 'admin';
      const { small, big } = await readBoth(route.service, path, as);
      const { requestId: _one, instance: _path, ...said } = big.body;
      expect([path, big.status, said]).toMatchObject([path, small.status, said.detail === undefined ? small.body : { type: small.body.type }]);
      if (!path.startsWith('/ops') && as === 'admin') expect([path, small.status]).toEqual([path, 200]);
    }
    expect(asked.length).toBeGreaterThan(8);
  });

  test('in every filter of a list', async () => {
    const { category, order, warehouse, user } = shop.objects;
    const filters: readonly (readonly [Service, string])[] = [
      ['product', `/products?category=${category}`], ['inventory', `/movements?warehouseId=${warehouse}&orderId=${order}`],
      ['payment', `/payments?orderId=${order}`], ['order', `/orders?userId=${user}`],
    ];
    for (const [service, path] of filters) expect(await ask(service, 'GET', loud(path))).toEqual(await ask(service, 'GET', path));
    expect((await ask('payment', 'GET', loud(`/payments?orderId=${order}`))).body).toMatchObject({ items: [{ orderId: order }] });
  });

  test('of a warehouse, where goods arrive and move', async () => {
    const { sku, warehouse, otherWarehouse } = shop.objects;
    const receipt = { warehouseId: loud(warehouse), quantity: 1 };
    const headers = { 'idempotency-key': randomUUID() };
    const first = await ask('inventory', 'POST', `/stock/${sku}/receipts`, { body: receipt, headers });
    expect(first).toMatchObject({ status: 201, body: { warehouseId: warehouse } });
    const again = await ask('inventory', 'POST', `/stock/${sku}/receipts`, { body: { ...receipt, warehouseId: warehouse }, headers });
    expect(again).toEqual(first);
    const transfer = { fromWarehouseId: loud(warehouse), toWarehouseId: loud(otherWarehouse), quantity: 1 };
    expect((await ask('inventory', 'POST', `/stock/${sku}/transfers`, { body: transfer, headers: { 'idempotency-key': randomUUID() } })).status).toBe(201);
    const toItself = { ...transfer, toWarehouseId: warehouse };
    expect((await ask('inventory', 'POST', `/stock/${sku}/transfers`, { body: toItself, headers: { 'idempotency-key': randomUUID() } })).status).toBe(422);
  });

  test('of a payment method: the order is paid', async () => {
    const { sku, paymentMethod } = shop.objects;
    const body = { items: [{ sku, quantity: 1 }], shippingAddress: ADDRESS, paymentMethodId: loud(paymentMethod) };
    const placed = await ask('order', 'POST', '/orders', { as: 'customer', body, headers: { 'idempotency-key': randomUUID() } });
    expect(placed.status).toBe(202);
    const ended = await until('the order to end', async () => {
      const order = await ask('order', 'GET', loud(`/orders/${String(placed.body.id)}`), { as: 'customer' });
      return order.body.status === 'completed' || order.body.status === 'cancelled' ? order.body : undefined;
    });
    expect(ended).toMatchObject({ status: 'completed' });
  });

  test('of a product, a category and an address, where they are changed', async () => {
    const { product, category, address } = shop.objects;
    const any = { 'if-match': '*' };
    const named = await ask('product', 'PATCH', loud(`/products/${product}`), { body: { categoryIds: [loud(category)] }, headers: any });
    expect(named).toMatchObject({ status: 200, body: { id: product, categoryIds: [category] } });
    expect(await ask('product', 'GET', `/products?category=${loud(category)}`)).toMatchObject({ body: { items: [{ id: product }] } });
    const below = await ask('product', 'POST', '/categories', { body: { name: 'Below', parentId: loud(category) } });
    expect(below).toMatchObject({ status: 201, body: { parentId: category } });
    const moved = await ask('user', 'PATCH', loud(`/users/me/addresses/${address}`), { as: 'customer', body: { city: 'Kiel' }, headers: any });
    expect(moved).toMatchObject({ status: 200, body: { id: address, city: 'Kiel' } });
  });
});
