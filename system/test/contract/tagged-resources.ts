import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'bun:test';
import type { ShopObjects } from './shop-objects.ts';
import { problemOf, type Asker, type RouteName, type RuledShop } from './ruled-shop.ts';

interface Tagged {
  readonly as: Asker;
  /** The routes that need its tag, each with a body that changes something. */
  readonly changes: Readonly<Record<RouteName, () => object>>;
}

const unique = () => randomUUID().slice(0, 8);

/** Every route that answers with an ETag. */
export const TAGGED: Readonly<Record<RouteName, Tagged>> = {
  'product GET /products/{id}': {
    as: 'staff',
    changes: {
      'product PATCH /products/{id}': () => ({ title: `Lamp ${unique()}` }),
      'product PUT /products/{id}/variants/{sku}': () => ({ price: { amount: 2000 + Math.floor(Math.random() * 1e6), currency: 'EUR' } }),
    },
  },
  'product GET /products/by-slug/{slug}': { as: 'anonymous', changes: {} },
  'product GET /products/{id}/images/{imageId}': { as: 'anonymous', changes: {} },
  'product GET /categories': { as: 'anonymous', changes: {} },
  'product GET /categories/{id}': {
    as: 'staff',
    changes: { 'product PATCH /categories/{id}': () => ({ name: `Lights ${unique()}` }) },
  },
  'inventory GET /warehouses/{id}': {
    as: 'staff',
    changes: { 'inventory PATCH /warehouses/{id}': () => ({ name: `Hall ${unique()}` }) },
  },
  'order GET /orders/{id}': { as: 'customer', changes: {} },
  'user GET /users/me': { as: 'customer', changes: { 'user PATCH /users/me': () => ({ name: `Ada ${unique()}` }) } },
  'user GET /users/me/addresses/{id}': {
    as: 'customer',
    changes: { 'user PATCH /users/me/addresses/{id}': () => ({ line1: `Kai ${unique()}` }) },
  },
};

/** Changes that ask for no version: chassis/README.md, "HTTP". */
export const UNTAGGED_CHANGES: readonly RouteName[] = [
  'product PATCH /products/{id}/images/{imageId}',
  'user PUT /users/me/password',
  'user PUT /users/{id}/roles',
  'user PUT /users/{id}/status',
];

interface Obeying {
  readonly as: Asker;
  /** Whose tag it is about. */
  readonly of: RouteName;
  /** One that is right in everything else. */
  readonly body?: (objects: ShopObjects) => object;
}

const ORDER = { of: 'order GET /orders/{id}' } as const;
const IMAGE = { as: 'staff', of: 'product GET /products/{id}/images/{imageId}' } as const;

/** Changes that need no tag, and are not made when one is given that is another: chassis/README.md, "HTTP". */
export const OBEYING: Readonly<Record<RouteName, Obeying>> = {
  'product POST /products/{id}/archive': { as: 'staff', of: 'product GET /products/{id}' },
  'product DELETE /categories/{id}': { as: 'staff', of: 'product GET /categories/{id}' },
  'product PATCH /products/{id}/images/{imageId}': { ...IMAGE, body: () => ({ alt: 'A lamp' }) },
  'product DELETE /products/{id}/images/{imageId}': IMAGE,
  'order POST /orders/{id}/cancellation': { as: 'customer', ...ORDER },
  'order POST /orders/{id}/shipments/{shipmentId}/ship': { as: 'staff', ...ORDER, body: () => ({ carrier: 'Post', trackingNumber: 'AT-1' }) },
  'order POST /orders/{id}/shipments/{shipmentId}/deliver': { as: 'staff', ...ORDER },
  'user DELETE /users/me': { as: 'customer', of: 'user GET /users/me', body: ({ password }) => ({ password }) },
  'user PUT /users/me/password': {
    as: 'customer',
    of: 'user GET /users/me',
    body: ({ password }) => ({ currentPassword: password, newPassword: `another ${password}` }),
  },
  'user PUT /users/{id}/roles': { as: 'staff', of: 'user GET /users/me', body: () => ({ roles: ['staff'] }) },
  'user PUT /users/{id}/status': { as: 'staff', of: 'user GET /users/me', body: () => ({ status: 'active' }) },
  'user DELETE /users/me/addresses/{id}': { as: 'customer', of: 'user GET /users/me/addresses/{id}' },
};

export function describeTags(shopNow: () => RuledShop): void {
  const tagOf = async (route: RouteName, as: Asker) => (await shopNow().ask(route, { as })).headers.get('etag') ?? '';

  describe('what has an ETag', () => {
    test.each(Object.entries(TAGGED))('%s is not sent again to a caller who has it', async (route, { as }) => {
      const tag = await tagOf(route, as);
      for (const known of [tag, `W/${tag}`, `"x", ${tag}`, '*']) {
        const { status, headers, text } = await shopNow().ask(route, { as, headers: { 'if-none-match': known } });
        expect([known, status, text, headers.get('etag')]).toEqual([known, 304, '', tag]);
      }
      expect((await shopNow().ask(route, { as, headers: { 'if-none-match': '"x"' } })).status).toBe(200);
    });

    const changes = Object.entries(TAGGED).flatMap(([route, { as, changes: of }]) =>
      Object.entries(of).map(([change, body]) => [change, { route, as, body }] as const),
    );
    test.each(changes)('%s needs the current tag', async (change, { route, as, body }) => {
      const shop = shopNow();
      const first = await tagOf(route, as);
      const refused = async (headers: Record<string, string>) => {
        const answer = await shop.ask(change, { as, body: body(), headers });
        return [answer.status, problemOf(answer), answer.headers.get('etag')] as const;
      };
      expect(await refused({})).toEqual([428, 'precondition-required', null]);
      for (const stale of ['"0"', '"x"', `W/${first}`]) expect(await refused({ 'if-match': stale })).toEqual([412, 'precondition-failed', first]);
      expect(await tagOf(route, as)).toBe(first);

      const done = await shop.ask(change, { as, body: body(), headers: { 'if-match': `"0", ${first}` } });
      const second = done.headers.get('etag');
      expect(done.status).toBe(200);
      expect(second).not.toBe(first);
      expect(await tagOf(route, as)).toBe(second ?? '');
      expect(await refused({ 'if-match': first })).toEqual([412, 'precondition-failed', second]);
    });

    test.each(Object.entries(OBEYING))('%s is refused with a tag that is not current', async (change, { as, of, body }) => {
      const shop = shopNow();
      const before = await shop.ask(of, { as });
      for (const stale of ['"0"', '"stale"', 'W/"1"', '"0", "x"', 'stale', '']) {
        const answer = await shop.ask(change, { as, headers: { 'if-match': stale }, ...(body && { body: body(shop.objects) }) });
        expect([stale, answer.status, problemOf(answer)]).toEqual([stale, 412, 'precondition-failed']);
      }
      const after = await shop.ask(of, { as });
      expect([after.status, after.headers.get('etag'), after.text]).toEqual([before.status, before.headers.get('etag'), before.text]);
    });

    test.each(changes)('%s, several at once with one tag: one of them succeeds', async (change, { route, as, body }) => {
      const tag = await tagOf(route, as);
      const ask = () => shopNow().ask(change, { as, body: body(), headers: { 'if-match': tag } });
      const answers = await Promise.all([ask(), ask(), ask(), ask()]);
      expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['200', '412', '412', '412']);
    });
  });
}
