import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Order, OrderSummary, SagaDescription } from '@souk/contracts/http/order';
import type { Problem } from '@souk/contracts/problem';
import { message } from '../messages.ts';
import { NORTH } from '../orders.ts';
import { type RunningService, runOrderService } from '../running-service.ts';

interface OrdersPage {
  readonly items: OrderSummary[];
  readonly nextCursor: string | null;
}

const ME = '0198c0de-7a11-7c3e-8f00-00000000aaaa';

let shop: RunningService;
let me: string;
let other: string;
let staff: string;
const mine: string[] = [];

beforeAll(async () => {
  shop = await runOrderService();
  [me, other, staff] = await Promise.all([
    shop.customer(ME),
    shop.customer(),
    shop.customer(undefined, ['customer', 'staff']),
  ]);
  await shop.onSale({ MUG: 1000 });
  for (let made = 0; made < 5; made += 1) mine.unshift((await shop.place(me)).body.id);
  await shop.place(other);
  const [last = ''] = mine;
  await shop.tell(
    message('inventory.failed', last, { orderId: last, shortages: [{ sku: 'MUG', requested: 2, available: 1 }] }),
  );
  await shop.reaches(last, 'rejected');
});
afterAll(() => shop.close());

describe('GET /orders/{id}', () => {
  test('answers its owner and staff, and 304 to callers that have this version', async () => {
    const path = `/orders/${mine[1]}`;
    const { status, headers, body } = await shop.ask<Order>('GET', path, { as: me });
    expect([status, body.id, headers.get('etag')]).toEqual([200, mine[1] ?? '', '"1"']);
    expect((await shop.ask('GET', path, { as: staff })).status).toBe(200);
    expect((await shop.ask('GET', path, { as: me, headers: { 'if-none-match': '"1"' } })).status).toBe(304);
  });

  test('shows the shortages of a rejected order', async () => {
    const { body } = await shop.ask<Order>('GET', `/orders/${mine[0]}`, { as: me });
    expect(body).toMatchObject({
      status: 'rejected',
      reason: 'out_of_stock',
      shortages: [{ sku: 'MUG', requested: 2, available: 1 }],
    });
  });

  test('is 404 for another customer, an unknown and a malformed id, 401 without a token', async () => {
    for (const path of [`/orders/${mine[1]}`, `/orders/${mine[1]}/timeline`]) {
      expect((await shop.ask('GET', path, { as: other })).status).toBe(404);
      expect((await shop.ask('GET', path)).status).toBe(401);
    }
    expect((await shop.ask('GET', `/orders/${NORTH}`, { as: me })).status).toBe(404);
    expect((await shop.ask('GET', '/orders/12', { as: me })).status).toBe(404);
  });
});

describe('GET /orders', () => {
  test("lists the caller's orders, newest first, page by page", async () => {
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { body: OrdersPage } = await shop.ask('GET', `/orders?limit=2${cursor && `&cursor=${cursor}`}`, {
        as: me,
      });
      seen.push(...page.body.items.map(({ id }) => id));
      cursor = page.body.nextCursor;
    }
    expect(seen).toEqual(mine);
  });

  test('shows the first lines of each order and the number of all, but neither address nor options', async () => {
    const { body } = await shop.ask<OrdersPage>('GET', '/orders?limit=1', { as: me });
    const { body: whole } = await shop.ask<Order>('GET', `/orders/${mine[0]}`, { as: me });
    const { items, shippingAddress: _address, shipments: _shipments, shortages: _shortages, ...rest } = whole;
    const firstLines = items.map(({ options: _options, ...line }) => line);
    const shipmentCounts = { pending: 0, shipped: 0, delivered: 0 };
    expect(body.items).toEqual([{ ...rest, lineCount: items.length, firstLines, shipmentCounts }]);
  });

  test('shows the orders of all customers to staff, filtered by customer and status', async () => {
    const list = async (query: string) =>
      (await shop.ask<OrdersPage>('GET', `/orders${query}`, { as: staff })).body.items.map(({ id }) => id);
    expect(await list('')).toHaveLength(6);
    expect(await list(`?userId=${ME}`)).toEqual(mine);
    expect(await list('?status=rejected')).toEqual(mine.slice(0, 1));
    expect(await list(`?userId=${ME}&status=placed`)).toEqual(mine.slice(1));
  });

  test('filters by the time of placement: from placedAfter on, before placedBefore', async () => {
    const at = async (number: number) => (await shop.store.reads.order(mine[number] ?? ''))?.placedAt ?? 0;
    const utc = (ms: number) => new Date(ms).toISOString();
    const list = async (query: string) =>
      (await shop.ask<OrdersPage>('GET', `/orders?${query}`, { as: me })).body.items.map(({ id }) => id);
    const [newest, oldest] = [await at(0), await at(4)];
    expect(await list(`placedAfter=${utc(oldest)}`)).toEqual(mine);
    expect(await list(`placedAfter=${utc(newest + 1)}`)).toEqual([]);
    expect(await list(`placedBefore=${utc(oldest)}`)).toEqual([]);
    expect(await list(`placedBefore=${utc(newest + 1)}&status=placed`)).toEqual(mine.slice(1));
    expect(await list(`placedAfter=${utc(oldest)}&placedBefore=${utc(newest + 1)}&limit=2`)).toEqual(mine.slice(0, 2));
    expect(await list(`placedAfter=9999-12-31T23:59:59Z`)).toEqual([]);
  });

  test("refuses another customer's orders, and invalid parameters", async () => {
    expect((await shop.ask('GET', `/orders?userId=${ME}`, { as: other })).status).toBe(403);
    expect((await shop.ask('GET', `/orders?userId=${ME}`, { as: me })).status).toBe(200);
    const wrong = ['cursor=abc', 'limit=0', 'limit=101', 'status=lost', 'userId=12', 'placedAfter=noon', 'placedBefore=2026-02-30T00:00:00Z'];
    const answers = await Promise.all(wrong.map((query) => shop.ask('GET', `/orders?${query}`, { as: me })));
    expect(answers.map(({ status }) => status)).toEqual(wrong.map(() => 422));
    expect((await shop.ask('GET', '/orders')).status).toBe(401);
  });

  test('filters by reason, by what orders wait for and by SKU, for staff among all, for customers among their own', async () => {
    const list = async (query: string, as: string) => (await shop.ask<OrdersPage>('GET', `/orders?${query}`, { as })).body.items.map(({ id }) => id);
    expect(await list('reason=out_of_stock', staff)).toEqual(mine.slice(0, 1));
    expect(await list('reason=out_of_stock', other)).toEqual([]);
    expect(await list('waitsFor=stock', staff)).toHaveLength(5);
    expect(await list('waitsFor=stock', me)).toEqual(mine.slice(1));
    expect(await list(`waitsFor=stock&sku=MUG&status=placed&userId=${ME}&placedAfter=2020-01-01T00:00:00Z`, staff)).toEqual(mine.slice(1));
    expect(await list('sku=MUG', other)).toHaveLength(1);
    expect(await list('sku=TEA', staff)).toEqual([]);
    expect(await list('waitsFor=stock&status=completed', staff)).toEqual([]);
    expect((await shop.ask('GET', `/orders?sku=MUG&userId=${ME}`, { as: other })).status).toBe(403);
  });

  test.each([
    ['reason', 'tired'],
    ['reason', ''],
    ['reason', '__proto__'],
    ['waitsFor', 'godot'],
    ['waitsFor', 'constructor'],
    ['waitsFor', 'stock,payment'],
    ['sku', ''],
    ['sku', 'A'.repeat(65)],
    ['sku', "MUG' or 1=1 --"],
    ['sku', 'MUG\u0000'],
    ['sku', '<script>alert(1)</script>'],
    ['sku', 'Müsli'],
  ])('refuses ?%s=%p by its name', async (name, value) => {
    const { status, body } = await shop.ask<Problem>('GET', `/orders?${name}=${encodeURIComponent(value)}`, { as: staff });
    expect([status, body.type, body.errors?.map(({ pointer }) => pointer)]).toEqual([422, 'urn:souk:problem:validation', [`?${name}`]]);
  });
});

test('GET /saga describes the table that runs', async () => {
  const { status, body } = await shop.ask<SagaDescription>('GET', '/saga');
  expect(status).toBe(200);
  expect(body.states).toEqual(['placed', 'awaiting_payment', 'completed', 'rejected', 'cancelled']);
  expect(body.transitions).toHaveLength(11);
  expect(body.transitions).toContainEqual({
    from: 'placed',
    on: 'inventory.reserved',
    to: 'awaiting_payment',
    emits: ['order.ready_for_payment'],
  });
  expect(body.deadlines).toEqual([
    { state: 'placed', seconds: 30, limitSeconds: 3600, reason: 'inventory_timeout' },
    { state: 'awaiting_payment', seconds: 900, limitSeconds: 3600, reason: 'payment_expired' },
  ]);
  expect(body.compensations.map(({ by, undoes, returns }) => [by, undoes, returns])).toEqual([
    ['inventory', 'inventory.reserved', 'stock'],
    ['payment', 'payment.completed', 'money'],
  ]);
});

test('GET /saga has the answer to every message in every state, and whose answer each state waits for', async () => {
  const { body } = await shop.ask<SagaDescription>('GET', '/saga');
  expect(new Set(body.answers.map(({ state, on }) => `${state} ${on}`)).size).toBe(5 * 9);
  expect(body.answers.filter(({ kind }) => kind === 'transition')).toHaveLength(body.transitions.length);
  for (const { kind, because } of body.answers) expect(kind === 'transition' || because !== null).toBe(true);
  expect(body.answers).toContainEqual({ state: 'cancelled', on: 'payment.completed', kind: 'record', because: 'cancelled already; Payment refunds by itself' });
  expect(body.answers).toContainEqual({ state: 'completed', on: 'cancel', kind: 'transition', because: 'as long as no part of it is on its way' });
  expect(body.waits).toEqual([
    { state: 'placed', waitsFor: 'stock', asked: 'order.created', by: 'inventory', until: ['inventory.reserved', 'inventory.failed'] },
    { state: 'awaiting_payment', waitsFor: 'payment', asked: 'order.ready_for_payment', by: 'payment', until: ['payment.completed', 'payment.failed'] },
    { state: 'completed', waitsFor: 'shipping', asked: 'order.completed', by: null, until: ['ship'] },
    { state: 'completed', waitsFor: 'delivery', asked: 'order.shipped', by: null, until: ['deliver'] },
    { state: 'cancelled', waitsFor: 'stock_back', asked: 'order.cancelled', by: 'inventory', until: ['inventory.released'] },
    { state: 'cancelled', waitsFor: 'money_back', asked: 'order.cancelled', by: 'payment', until: ['payment.refunded'] },
  ]);
});

test('unknown routes and methods are problems', async () => {
  expect((await shop.ask('GET', '/nothing')).status).toBe(404);
  const wrong = await shop.ask('DELETE', '/orders', { as: me });
  expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
});
