import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { until } from '@souk/chassis/testing/until';
import type { Order, OrderSummary } from '@souk/contracts/http/order';
import type { Problem } from '@souk/contracts/problem';
import { CatalogueUnavailableError, productState } from '../../src/domain/catalogue.ts';
import { product, productMessage } from '../messages.ts';
import { ADDRESS, eur, METHOD_ID, NORTH, SOUTH } from '../orders.ts';
import { type Reply, type RunningService, runOrderService } from '../running-service.ts';

const YEN_ID = '0198c0de-7a11-7c3e-8f00-00000000ffff';

let shop: RunningService;
let customer: string;
const asked: (readonly string[])[] = [];
let productIsAway = false;

beforeAll(async () => {
  shop = await runOrderService({
    lookup: {
      async find(skus) {
        asked.push(skus);
        if (productIsAway) throw new CatalogueUnavailableError();
        return skus.includes('NEW') ? [productState(product(NORTH, { NEW: 700 }, { title: 'Brand new' }))] : [];
      },
    },
  });
  customer = await shop.customer();
  await shop.onSale({ MUG: 1000, TEA: 499 });
  await shop.tell(productMessage(product(SOUTH, { OLD: 100 }, { status: 'archived' })));
  await shop.tell(productMessage(product(YEN_ID, { YEN: 100 }, { currency: 'JPY' })));
  await until('catalogue', async () => (await shop.store.reads.knownSkus(['OLD', 'YEN'])).length === 2);
});
afterAll(() => shop.close());

function refusal({ status, headers, body }: Reply<unknown>) {
  expect(headers.get('content-type')).toBe('application/problem+json');
  const { type, errors, total } = body as Problem;
  return {
    status,
    code: type.replace('urn:souk:problem:', ''),
    pointers: errors?.map(({ pointer }) => pointer),
    total,
  };
}

describe('POST /orders', () => {
  test('answers 202 with the order as it was stored', async () => {
    const { status, headers, body } = await shop.place(customer, {
      items: [
        { sku: 'MUG', quantity: 2 },
        { sku: 'TEA', quantity: 1 },
      ],
    });
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(`/orders/${body.id}`);
    expect(headers.get('etag')).toBe('"1"');
    expect(body).toMatchObject({
      status: 'placed',
      reason: null,
      paymentStatus: 'none',
      items: [
        { sku: 'MUG', title: 'Blue mug', quantity: 2, unitPrice: eur(1000), lineTotal: eur(2000) },
        { sku: 'TEA', quantity: 1, lineTotal: eur(499) },
      ],
      total: eur(2499),
      shippingAddress: ADDRESS,
      shipments: [],
      version: 1,
    });
    expect(await shop.ask<Order>('GET', `/orders/${body.id}`, { as: customer })).toMatchObject({ status: 200, body });
  });

  test('sends order.created', async () => {
    const { body } = await shop.place(customer);
    const [created] = await shop.heard(body.id, 1);
    expect(created).toMatchObject({
      type: 'order.created',
      subject: body.id,
      correlationId: body.id,
      aggregateVersion: 1,
    });
    expect(created?.data).toEqual({
      orderId: body.id,
      userId: body.userId,
      items: [{ sku: 'MUG', quantity: 2 }],
      total: eur(2000),
    });
  });

  test('50 requests at once with one key are one order and get equal answers', async () => {
    const somebody = await shop.customer();
    const answers = await Promise.all(Array.from({ length: 50 }, () => shop.place(somebody, {}, 'once')));
    expect(new Set(answers.map(({ status, body }) => `${status} ${JSON.stringify(body)}`)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === 'true')).toHaveLength(49);
    const { body } = await shop.ask<{ items: OrderSummary[] }>('GET', '/orders', { as: somebody });
    expect(body.items).toHaveLength(1);
  });

  test('the same key with another body is refused', async () => {
    await shop.place(customer, {}, 'mine');
    expect(refusal(await shop.place(customer, { items: [{ sku: 'TEA', quantity: 1 }] }, 'mine'))).toMatchObject({
      status: 422,
      code: 'idempotency-key-reused',
    });
  });

  test('a refused order may be tried again under its key', async () => {
    expect((await shop.place(customer, { expectedTotal: eur(1) }, 'again')).status).toBe(409);
    expect((await shop.place(customer, {}, 'again')).status).toBe(202);
  });
});

describe('an order is refused', () => {
  test('without a key, or with an invalid one', async () => {
    const body = { items: [{ sku: 'MUG', quantity: 1 }], shippingAddress: ADDRESS, paymentMethodId: METHOD_ID };
    expect(refusal(await shop.ask('POST', '/orders', { as: customer, body }))).toMatchObject({
      status: 400,
      code: 'idempotency-key-missing',
    });
    expect(refusal(await shop.place(customer, {}, 'x'.repeat(201)))).toMatchObject({
      status: 400,
      code: 'idempotency-key-invalid',
    });
  });

  test.each([
    ['HAT', '/items/1/sku names HAT, which no product has: order what GET /products of the catalogue lists.'],
    ['OLD', '/items/1/sku names OLD, which is not on sale: leave it out, or order it when it is.'],
    ['YEN', '/items/1/sku names YEN, whose price has another currency than the first line: order it apart.'],
    ['MUG', '/items/1/sku names MUG, which stands in another line already: say each SKU once, with all of its pieces.'],
    ['a b', '/items/1/sku must be a SKU: 1 to 64 letters from A to Z, digits, dots, dashes and underscores.'],
    ['', '/items/1/sku must not be empty.'],
  ])('a SKU that cannot be ordered is named, with a remedy: %p', async (sku, detail) => {
    const items = [{ sku: 'MUG', quantity: 1 }, { sku, quantity: 1 }];
    const { status, body } = await shop.place(customer, { items });
    expect([status, (body as unknown as Problem).detail]).toEqual([422, detail]);
  });

  test('without a token, or with a forged one', async () => {
    expect(refusal(await shop.place(''))).toMatchObject({ status: 401, code: 'unauthenticated' });
    expect((await shop.place(await shop.bearer({ claims: { iss: 'elsewhere' } }))).status).toBe(401);
    expect((await shop.place(await shop.bearer({ claims: { exp: 1 } }))).status).toBe(401);
  });

  test.each([
    [
      'an unknown SKU',
      {
        items: [
          { sku: 'MUG', quantity: 1 },
          { sku: 'HAT', quantity: 1 },
        ],
      },
      422,
      'sku-unknown',
      ['/items/1/sku'],
    ],
    ['a SKU that is not on sale', { items: [{ sku: 'OLD', quantity: 1 }] }, 422, 'sku-inactive', ['/items/0/sku']],
    [
      'two currencies',
      {
        items: [
          { sku: 'MUG', quantity: 1 },
          { sku: 'YEN', quantity: 1 },
        ],
      },
      422,
      'mixed-currencies',
      ['/items/1/sku'],
    ],
    [
      'a SKU twice',
      {
        items: [
          { sku: 'MUG', quantity: 1 },
          { sku: 'MUG', quantity: 1 },
        ],
      },
      422,
      'validation',
      ['/items/1/sku'],
    ],
    ['a quantity of 1000', { items: [{ sku: 'MUG', quantity: 1000 }] }, 422, 'validation', ['/items/0/quantity']],
    ['no items', { items: [] }, 422, 'validation', ['/items']],
    ['an unknown field', { gift: true }, 422, 'validation', ['/gift']],
    [
      'a country that is none',
      { shippingAddress: { ...ADDRESS, country: 'XX' } },
      422,
      'validation',
      ['/shippingAddress/country'],
    ],
    [
      'a missing postal code where there are some',
      { shippingAddress: { ...ADDRESS, postalCode: undefined } },
      422,
      'validation',
      ['/shippingAddress/postalCode'],
    ],
    [
      'a postal code of another country',
      { shippingAddress: { ...ADDRESS, postalCode: 'SW1A 1AA' } },
      422,
      'validation',
      ['/shippingAddress/postalCode'],
    ],
    [
      'a telephone number that reaches nobody',
      { shippingAddress: { ...ADDRESS, phone: '+43 1' } },
      422,
      'validation',
      ['/shippingAddress/phone'],
    ],
    [
      'a card number in the address',
      { shippingAddress: { ...ADDRESS, line2: '4242 4242 4242 4242' } },
      422,
      'card-number-refused',
      ['/shippingAddress/line2'],
    ],
  ] as const)('with %s', async (_what, changes, status, code, pointers) => {
    expect(refusal(await shop.place(customer, changes))).toMatchObject({ status, code, pointers: [...pointers] });
  });

  test.each([
    ['AT', '+86 138 3456 0007', '+8613834560007'],
    ['DE', '+49 151 23456001', '+4915123456001'],
    ['DE', '0151 23456001', '+4915123456001'],
  ])('but takes a telephone number that looks like a card number (%s, %s), and keeps it as %s', async (country, phone, kept) => {
    const shippingAddress = { ...ADDRESS, country, postalCode: country === 'DE' ? '10115' : '1080', phone };
    const { status, body } = await shop.place(customer, { shippingAddress });
    expect(status).toBe(202);
    expect(body.shippingAddress.phone).toBe(kept);
  });

  test.each(['HK', 'AE', 'QA', 'PA', 'BS', 'UG'])('but takes an address in %s without a postal code', async (country) => {
    const { postalCode: _none, ...shippingAddress } = { ...ADDRESS, country };
    const { status, body } = await shop.place(customer, { shippingAddress });
    expect([status, body.shippingAddress]).toEqual([202, shippingAddress]);
  });

  test('when the total is not the expected one, with the new total', async () => {
    expect(refusal(await shop.place(customer, { expectedTotal: eur(1999) }))).toMatchObject({
      status: 409,
      code: 'total-changed',
      total: eur(2000),
    });
    expect((await shop.place(customer, { expectedTotal: eur(2000) })).status).toBe(202);
  });
});

describe('a SKU that no event has mentioned', () => {
  test('is asked of Product once, even for many requests at the same time', async () => {
    asked.length = 0;
    const places = Array.from({ length: 20 }, () => shop.place(customer, { items: [{ sku: 'NEW', quantity: 1 }] }));
    const answers = await Promise.all(places);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(answers[0]?.body.items[0]).toMatchObject({ sku: 'NEW', title: 'Brand new', unitPrice: eur(700) });
    await shop.place(customer, { items: [{ sku: 'NEW', quantity: 1 }] });
    expect(asked).toEqual([['NEW']]);
  });

  test('is 503 with Retry-After while Product does not answer; known SKUs can still be ordered', async () => {
    productIsAway = true;
    const reply = await shop.place(customer, { items: [{ sku: 'CAP', quantity: 1 }] });
    expect(refusal(reply)).toMatchObject({ status: 503, code: 'unavailable' });
    expect(reply.headers.get('retry-after')).toBe('2');
    expect((await shop.place(customer)).status).toBe(202);
    productIsAway = false;
  });
});

test('lines have the options of the ordered variant, as they were then', async () => {
  const id = Bun.randomUUIDv7();
  const told = (version: number, size: string) => {
    const shirt = product(id, { SHIRT: 1500 }, { version });
    return productMessage({ ...shirt, variants: shirt.variants.map((variant) => ({ ...variant, options: { size } })) });
  };
  await shop.tell(told(1, 'M'));
  await until('the copy has it', async () => (await shop.store.reads.knownSkus(['SHIRT'])).length === 1);
  const order = (await shop.place(customer, { items: [{ sku: 'SHIRT', quantity: 1 }] })).body;
  expect(order.items).toMatchObject([{ sku: 'SHIRT', options: { size: 'M' } }]);
  await shop.tell(told(2, 'L'));
  await until('a new order has the new options', async () => {
    const next = (await shop.place(customer, { items: [{ sku: 'SHIRT', quantity: 1 }] })).body;
    return next.items[0]?.options?.['size'] === 'L';
  });
  expect((await shop.ask<Order>('GET', `/orders/${order.id}`, { as: customer })).body.items).toEqual(order.items);
});

describe('a customer at the limits', () => {
  let full: RunningService;
  beforeAll(async () => {
    full = await runOrderService({ limits: { orders: 3, pieces: 7 }, paymentTimeoutMs: 60_000 });
    await full.onSale({ MUG: 1000 });
  });
  afterAll(() => full.close());
  const of = (quantity: number) => ({ items: [{ sku: 'MUG', quantity }] });

  test('may open no more orders until one is paid; the refusal names the limit and is not stored under the key', async () => {
    const buyer = await full.customer();
    const placed = await Promise.all([1, 1, 1, 1, 1].map((quantity) => full.place(buyer, of(quantity))));
    expect(placed.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([202, 202, 202, 409, 409]);
    const refused = await full.place(buyer, of(1), 'again');
    expect(refusal(refused)).toMatchObject({ status: 409, code: 'open-orders-limit' });
    expect((refused.body as unknown as Problem).detail).toContain('may have 3');
    const id = placed.find(({ status }) => status === 202)?.body.id ?? '';
    await full.reserved(id);
    await full.paid(id);
    expect((await full.place(buyer, of(1), 'again')).status).toBe(202);
    expect((await full.place(await full.customer(), of(1))).status).toBe(202);
  });

  test('may put no more pieces on hold; a cancelled order that held pieces for a while still counts for a time', async () => {
    const buyer = await full.customer();
    const { body: first } = await full.place(buyer, of(5));
    expect(refusal(await full.place(buyer, of(3)))).toMatchObject({ status: 409, code: 'pieces-on-hold-limit' });
    expect((await full.place(buyer, of(2))).status).toBe(202);
    await full.reserved(first.id);
    expect((await full.ask('POST', `/orders/${first.id}/cancellation`, { as: buyer })).status).toBe(202);
    expect(refusal(await full.place(buyer, of(3)))).toMatchObject({ status: 409, code: 'pieces-on-hold-limit' });
    await until('it counts no more', async () => (await full.place(buyer, of(3))).status === 202, 20_000);
  });
});
