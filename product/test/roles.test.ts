import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { onEveryEngine } from './on-every-engine.ts';
import { aProduct, type Caller, eur, type RunningCatalogue } from './running-catalogue.ts';

const CHANGES = [
  ['POST', '/products', () => aProduct()],
  ['PATCH', '/products/:id', () => ({ title: 'Other' })],
  ['PUT', '/products/:id/variants/ROLE-1', () => ({ price: eur(5) })],
  ['POST', '/products/:id/archive', () => undefined],
  ['POST', '/categories', () => ({ name: 'Role' })],
] as const;

const statusOfStaff = (method: string, path: string) => (method === 'POST' && !path.endsWith('/archive') ? 201 : 200);

const STATUS: Readonly<Record<Caller, (method: string, path: string) => number>> = {
  anonymous: () => 401,
  customer: () => 403,
  staff: statusOfStaff,
  admin: statusOfStaff,
};

const CALLERS = ['anonymous', 'customer', 'staff', 'admin'] as const;

onEveryEngine((runCatalogue) => {
  let shop: RunningCatalogue;
  beforeAll(async () => {
    shop = await runCatalogue();
  });
  afterAll(() => shop.close());

  describe.each(CHANGES)('%s %s', (method, path, body) => {
    test.each(CALLERS)('asked by %s', async (as) => {
      const { id } = await shop.created();
      const target = path.replace(':id', id).replace('ROLE-1', `ROLE-${as}`);
      const headers = { 'if-match': '*' };
      const { status } = await shop.send(method, target, { as, body: body(), headers });
      expect(status).toBe(STATUS[as](method, path));
    });

    test('refuses a missing or insufficient role before it looks at the body', async () => {
      if (body() === undefined) return;
      const { id } = await shop.created();
      const target = path.replace(':id', id);
      expect((await shop.send(method, target, { body: { wrong: 1 } })).status).toBe(401);
      expect((await shop.send(method, target, { as: 'customer', body: { wrong: 1 } })).status).toBe(403);
    });

    test('answers 401 to an expired token, and to one of another issuer or audience', async () => {
      const { id } = await shop.created();
      const target = path.replace(':id', id);
      const past = Math.floor(Date.now() / 1000) - 10;
      for (const claims of [{ exp: past }, { iss: 'somebody' }, { aud: 'something' }]) {
        const headers = { authorization: await shop.bearer({ roles: ['customer', 'staff'], claims }) };
        expect((await shop.send(method, target, { headers, body: body() })).status).toBe(401);
      }
    });
  });

  describe('a product that is not active', () => {
    test.each([
      ['anonymous', 404],
      ['customer', 404],
      ['staff', 200],
      ['admin', 200],
    ] as const)('%s gets %p by id and by slug', async (as, status) => {
      const { id, slug } = await shop.created();
      expect((await shop.send('GET', `/products/${id}`, { as })).status).toBe(status);
      expect((await shop.send('GET', `/products/by-slug/${slug}`, { as })).status).toBe(status);
    });

    test('is listed for staff only', async () => {
      const sku = (await shop.created()).variants[0]?.sku;
      for (const as of CALLERS) {
        const { body } = await shop.send<{ items: object[] }>('GET', `/products?sku=${sku}`, { as });
        expect(body.items).toHaveLength(as === 'staff' || as === 'admin' ? 1 : 0);
      }
    });
  });
});
