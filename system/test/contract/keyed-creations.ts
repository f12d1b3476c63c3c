import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'bun:test';
import { png } from '@souk/chassis/testing/sample-images';
import { readAll } from './paged-lists.ts';
import { problemOf, type Asker, type RouteName, type RuledShop } from './ruled-shop.ts';
import { BODIES } from './sample-requests.ts';

interface Keyed {
  readonly as: Asker;
  /** Right, and new at every call where it has to be. */
  readonly body: (shop: RuledShop) => object;
  /** Another request than that one. */
  readonly other: (right: object) => object;
  /** How many there are of what it makes. */
  readonly count: (shop: RuledShop) => Promise<number>;
  /** How many it makes, when it is not one. */
  readonly makes?: number;
  readonly isRequired?: boolean;
}

const of = (route: string) => (shop: RuledShop) => BODIES[route]?.(shop.objects) ?? {};
const but = (change: object) => (right: object) => ({ ...right, ...change });
const inList = (route: RouteName, as: Asker) => async (shop: RuledShop) => (await readAll(shop, route, as)).length;
/** Orders move stock as well, whenever they get to it. */
const movements = async (shop: RuledShop) =>
  (await readAll(shop, 'inventory GET /movements', 'staff')).filter((movement) => movement['orderId'] === null).length;

/** Every creating POST that takes an Idempotency-Key. */
export const KEYED: Readonly<Record<RouteName, Keyed>> = {
  'product POST /products': { as: 'staff', body: of('POST /products'), other: but({ title: 'Jug' }), count: inList('product GET /products', 'staff') },
  'product POST /categories': { as: 'staff', body: of('POST /categories'), other: but({ name: 'Halls' }), count: rootCategories },
  'product POST /products/{id}/images': { as: 'staff', body: () => png(2, 2), other: () => png(3, 3), count: images },
  'inventory POST /stock/{sku}/receipts': { as: 'staff', body: of('POST /stock/{sku}/receipts'), other: but({ quantity: 2 }), count: movements },
  'inventory POST /stock/{sku}/adjustments': { as: 'staff', body: of('POST /stock/{sku}/adjustments'), other: but({ quantity: -2 }), count: movements },
  'inventory POST /stock/{sku}/transfers': { as: 'staff', body: of('POST /stock/{sku}/transfers'), other: but({ quantity: 2 }), count: movements, makes: 2 },
  'inventory POST /warehouses': { as: 'staff', body: of('POST /warehouses'), other: but({ priority: 8 }), count: inList('inventory GET /warehouses', 'staff') },
  'order POST /orders': { as: 'customer', body: of('POST /orders'), other: twoOfThem, count: inList('order GET /orders', 'customer'), isRequired: true },
  'payment POST /payment-methods': { as: 'customer', body: of('POST /payment-methods'), other: but({ label: 'Yours' }), count: inList('payment GET /payment-methods', 'customer') },
  'payment POST /payments/{id}/refunds': { as: 'staff', body: of('POST /payments/{id}/refunds'), other: but({ reason: 'two scratches' }), count: inList('payment GET /payments/{id}/refunds', 'staff'), isRequired: true },
  'user POST /users/me/addresses': { as: 'customer', body: of('POST /users/me/addresses'), other: but({ city: 'Bremen' }), count: inList('user GET /users/me/addresses', 'customer') },
};

/** POSTs that need no key, and why. */
export const UNKEYED_POSTS: Readonly<Record<RouteName, string>> = {
  'product POST /products/{id}/archive': 'idempotent by state',
  'inventory POST /allocations/preview': 'makes nothing',
  'order POST /orders/{id}/cancellation': 'idempotent by state',
  'order POST /orders/{id}/shipments/{shipmentId}/ship': 'idempotent by state',
  'order POST /orders/{id}/shipments/{shipmentId}/deliver': 'idempotent by state',
  'payment POST /webhooks/{gateway}': "known by the gateway's own id",
  'user POST /users': 'anonymous; an address is registered once',
  'user POST /sessions': 'anonymous',
  'user POST /sessions/refresh': 'anonymous; the same successor for 60 s',
  'user POST /password-resets': 'anonymous; one mail waits at a time',
  'user POST /password-resets/confirmation': 'the link works once',
  'user POST /users/me/email-confirmations': 'a mail more says the same',
  'user POST /users/me/email-changes': 'a mail more says the same',
  'user POST /email-confirmations': 'the link works once',
  'user POST /users/me/second-factor': 'the answer is a secret, which is never kept; the next one takes its place',
  'user POST /users/me/second-factor/confirmation': 'the code works once, and the answer is never kept',
  'user POST /users/me/second-factor/recovery-codes': 'the code works once, and the answer is never kept',
  'user POST /sessions/second-factor': 'the code works once',
  'user POST /signing-keys': 'the next one is refused until the last one is out of use',
};

const AT_ONCE = [1, 2, 3, 4];

export function describeKeys(shopNow: () => RuledShop): void {
  describe.each(Object.entries(KEYED))('%s', (route, { as, body, other, count, makes = 1, isRequired = false }) => {
    const post = (key: string | undefined, content: object) =>
      shopNow().ask(route, { as, body: content, headers: key === undefined ? {} : { 'idempotency-key': key } });
    const madeBy = async (work: () => Promise<void>) => {
      const before = await count(shopNow());
      await work();
      return (await count(shopNow())) - before;
    };

    test('the same key and body: the same answer and one effect; another body: refused', async () => {
      const [key, right] = [randomUUID(), body(shopNow())];
      const made = await madeBy(async () => {
        const first = await post(key, right);
        const again = await post(key, right);
        expect([first.status, first.headers.get('idempotency-replayed')]).toEqual([again.status, null]);
        expect(first.status).toBeOneOf([201, 202]);
        expect([again.text, again.headers.get('idempotency-replayed')]).toEqual([first.text, 'true']);
        for (const header of ['location', 'etag', 'content-type']) expect(again.headers.get(header)).toBe(first.headers.get(header));
        const another = await post(key, other(right));
        expect([another.status, problemOf(another)]).toEqual([422, 'idempotency-key-reused']);
      });
      expect(made).toBe(makes);
    });

    test('several at once: one effect', async () => {
      const [key, right] = [randomUUID(), body(shopNow())];
      const made = await madeBy(async () => {
        const answers = await Promise.all(AT_ONCE.map(() => post(key, right)));
        expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
        expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')).toHaveLength(AT_ONCE.length - 1);
      });
      expect(made).toBe(makes);
    });

    test('a refused request may be repeated with the same key', async () => {
      const [key, right] = [randomUUID(), body(shopNow())];
      const wrong = right instanceof Uint8Array ? right.subarray(0, 20) : { ...right, unheardOf: 1 };
      expect((await post(key, wrong)).status).toBeOneOf([415, 422]);
      const { status, headers } = await post(key, right);
      expect([status < 300, headers.get('idempotency-replayed')]).toEqual([true, null]);
    });

    test('a key has 1 to 200 visible ASCII characters', async () => {
      const made = await madeBy(async () => {
        for (const bad of ['', 'a b', 'schlüssel', 'k'.repeat(201)]) {
          const answer = await post(bad, body(shopNow()));
          expect([bad, answer.status, problemOf(answer)]).toEqual([bad, 400, 'idempotency-key-invalid']);
        }
        const without = await post(undefined, body(shopNow()));
        if (isRequired) expect([without.status, problemOf(without)]).toEqual([400, 'idempotency-key-missing']);
        else expect(without.status).toBe(201);
        expect((await post(randomUUID().padEnd(200, '~'), body(shopNow()))).status).toBeLessThan(300);
      });
      expect(made).toBe(isRequired ? makes : 2 * makes);
    });
  });
}

function twoOfThem(right: object): object {
  const [item] = (right as { items: readonly object[] }).items;
  return { ...right, items: [{ ...item, quantity: 2 }] };
}

async function rootCategories(shop: RuledShop): Promise<number> {
  const { text } = await shop.ask('product GET /categories', { as: 'anonymous' });
  return (JSON.parse(text) as { items: readonly object[] }).items.length;
}

async function images(shop: RuledShop): Promise<number> {
  return (await shop.client.product(shop.tokens.staff ?? '', shop.objects.product)).images.length;
}
