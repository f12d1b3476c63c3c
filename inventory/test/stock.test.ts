import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { newId } from '@souk/chassis/ids';
import type { Page } from '@souk/contracts/paging';
import type { Movement, StockLevel } from '@souk/contracts/http/inventory';
import type { Problem } from '@souk/contracts/problem';
import { type LookUpSkus, ProductAwayError } from '../src/domain/catalogue.ts';
import { productCreated } from './builders.ts';
import { runInventory, type RunningInventory } from './running-inventory.ts';

describe('stock', () => {
  let shop: RunningInventory;
  let lyon: string;
  /** What Product answers when it is asked. */
  let product: LookUpSkus;

  beforeAll(async () => {
    shop = await runInventory({ lookUpSkus: (...asked) => product(...asked) });
    lyon = (await shop.warehouse({ name: 'Lyon' })).id;
    await shop.tell(productCreated(newId(), ['cup', 'jug', 'never-received', 'kept', 'apart', 'sum']));
  });
  beforeEach(() => {
    product = async () => [];
  });
  afterAll(() => shop.close());

  test('a receipt is answered with its movement, and everybody sees the stock', async () => {
    const received = await shop.receive('cup', { warehouseId: lyon, quantity: 7, reason: 'delivery 12' });
    expect(received.status).toBe(201);
    expect(received.body).toEqual({
      id: expect.any(String),
      sku: 'cup',
      warehouseId: lyon,
      kind: 'receipt',
      onHandDelta: 7,
      reservedDelta: 0,
      onHandAfter: 7,
      reservedAfter: 0,
      reason: 'delivery 12',
      actor: expect.any(String),
      orderId: null,
      eventId: null,
      at: expect.stringMatching(/Z$/),
    });
    expect(await shop.stock('cup')).toEqual({
      sku: 'cup',
      available: 7,
      warehouses: [{ warehouseId: lyon, onHand: 7, reserved: 0, available: 7 }],
    });
  });

  test('stock in a deactivated warehouse is shown, but not available', async () => {
    const closed = (await shop.warehouse({ name: 'Nantes', active: false })).id;
    for (const warehouseId of [lyon, closed]) await shop.receive('sum', { warehouseId, quantity: 2 });
    const { available, warehouses } = await shop.stock('sum');
    expect(available).toBe(2);
    expect(warehouses.find(({ warehouseId }) => warehouseId === closed)).toMatchObject({ onHand: 2, available: 0 });
  });

  test('20 requests at once with one Idempotency-Key book one receipt and get the same answer', async () => {
    const key = { 'idempotency-key': newId() };
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => shop.receive('kept', { warehouseId: lyon, quantity: 3 }, key)),
    );
    expect(replies.map(({ status }) => status)).toEqual(Array(20).fill(201));
    expect(new Set(replies.map(({ body }) => body.id)).size).toBe(1);
    expect(replies.filter(({ headers }) => headers.get('idempotency-replayed') === 'true').length).toBe(19);
    expect((await shop.stock('kept')).available).toBe(3);
    const other = await shop.receive('kept', { warehouseId: lyon, quantity: 4 }, key);
    expect([other.status, (other.body as unknown as Problem).type]).toEqual([
      422,
      'urn:souk:problem:idempotency-key-reused',
    ]);
  });

  test('without a key, two receipts are two', async () => {
    for (const _ of [1, 2]) await shop.receive('apart', { warehouseId: lyon, quantity: 3 });
    expect((await shop.stock('apart')).available).toBe(6);
  });

  test('a SKU that only Product knows is received at once; Product is asked with the token of the caller', async () => {
    const asked: unknown[] = [];
    product = async ([sku = ''], authorization) => {
      asked.push([sku, authorization?.startsWith('Bearer ')]);
      return [{ sku, productId: newId(), version: 3, onSale: false }];
    };
    expect((await shop.receive('fresh', { warehouseId: lyon, quantity: 1 })).status).toBe(201);
    expect((await shop.receive('fresh', { warehouseId: lyon, quantity: 1 })).status).toBe(201);
    expect(asked).toEqual([['fresh', true]]);
  });

  test('an unknown SKU is 404 for receipts and reads', async () => {
    expect((await shop.receive('nobody', { warehouseId: lyon, quantity: 1 })).status).toBe(404);
    expect((await shop.send('GET', '/stock/nobody', { as: 'anonymous' })).status).toBe(404);
    expect((await shop.send('GET', '/stock/not%20a%20sku', { as: 'anonymous' })).status).toBe(404);
  });

  test('a receipt of an unknown SKU is answered with its name and a remedy', async () => {
    const { status, body } = await shop.receive('nobodys', { warehouseId: lyon, quantity: 1 });
    expect([status, (body as unknown as Problem).detail]).toEqual([
      404,
      'No product has the SKU nobodys: make the product first, or correct the SKU in the path.',
    ]);
    const asked = await shop.send<Problem>('GET', '/stock/nobodys');
    expect(asked.body.detail).toStartWith('No product has the SKU nobodys: ');
  });

  test('while Product does not answer, an unknown SKU is 503, and a known one is received', async () => {
    product = () => Promise.reject(new ProductAwayError());
    const reply = await shop.receive('unheard', { warehouseId: lyon, quantity: 1 });
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '2']);
    expect((await shop.send('GET', '/stock/unheard', { as: 'anonymous' })).status).toBe(503);
    expect((await shop.receive('jug', { warehouseId: lyon, quantity: 1 })).status).toBe(201);
  });

  describe('of SKUs that are not on sale', () => {
    const seen = async (sku: string, as: 'anonymous' | 'customer' | 'staff') => (await shop.send('GET', `/stock/${sku}`, { as })).status;
    const listed = async (as: 'anonymous' | 'customer' | 'staff', query = 'limit=100') =>
      (await shop.send<Page<StockLevel>>('GET', `/stock?${query}`, { as })).body.items.map(({ sku }) => sku);

    test.each(['draft', 'archived'] as const)('a SKU of a product that is %s is 404 for all but staff, until it is on sale', async (status) => {
      const id = newId();
      const sku = `a-${status}`;
      await shop.tell(productCreated(id, [sku], 1, status));
      await shop.receive(sku, { warehouseId: lyon, quantity: 3 });
      for (const as of ['anonymous', 'customer'] as const) expect([await seen(sku, as), (await listed(as)).includes(sku)]).toEqual([404, false]);
      expect([await seen(sku, 'staff'), (await listed('staff')).includes(sku)]).toEqual([200, true]);
      await shop.tell(productCreated(id, [sku], 2, 'active'));
      expect([await seen(sku, 'anonymous'), (await listed('anonymous')).includes(sku)]).toEqual([200, true]);
      await shop.tell(productCreated(id, [sku], 3, status));
      expect([await seen(sku, 'anonymous'), (await listed('anonymous')).includes(sku)]).toEqual([404, false]);
    });

    test('a SKU that was just put on sale is shown before its event has come', async () => {
      const id = newId();
      await shop.tell(productCreated(id, ['moment'], 1, 'draft'));
      product = async (skus) => skus.map((sku) => ({ sku, productId: id, version: 2, onSale: true }));
      expect(await seen('moment', 'anonymous')).toBe(200);
    });

    test('pages are full whatever lies between', async () => {
      const skus = Array.from({ length: 12 }, (_, n) => `page-${String(n).padStart(2, '0')}`);
      for (const [n, sku] of skus.entries()) {
        await shop.tell(productCreated(newId(), [sku], 1, n % 3 === 0 ? 'active' : 'draft'));
        await shop.receive(sku, { warehouseId: lyon, quantity: 1 });
      }
      const onSale = (await listed('anonymous')).filter((sku) => sku.startsWith('page-'));
      expect(onSale).toEqual(skus.filter((_, n) => n % 3 === 0));
      expect(await listed('anonymous', 'limit=3')).toHaveLength(3);
    });
  });

  test('a SKU of the catalogue that was never received has no stock', async () => {
    expect(await shop.stock('never-received')).toEqual({ sku: 'never-received', available: 0, warehouses: [] });
  });

  test('an unknown warehouse is named before an unknown SKU', async () => {
    const { status, body } = await shop.receive('nobody', { warehouseId: newId(), quantity: 1 });
    expect(status).toBe(422);
    expect(body as unknown).toMatchObject({
      type: 'urn:souk:problem:warehouse-unknown',
      errors: [{ pointer: '/warehouseId' }],
    });
  });

  const wrong: readonly [what: string, body: unknown, pointer: string][] = [
    ['nothing', {}, '/warehouseId'],
    ['no pieces', { warehouseId: newId(), quantity: 0 }, '/quantity'],
    ['fewer than no pieces', { warehouseId: newId(), quantity: -3 }, '/quantity'],
    ['half a piece', { warehouseId: newId(), quantity: 1.5 }, '/quantity'],
    ['pieces as text', { warehouseId: newId(), quantity: '5' }, '/quantity'],
    ['more than a million pieces', { warehouseId: newId(), quantity: 1_000_001 }, '/quantity'],
    ['a blank reason', { warehouseId: newId(), quantity: 1, reason: ' ' }, '/reason'],
    ['a field nobody knows', { warehouseId: newId(), quantity: 1, colour: 'red' }, '/colour'],
  ];
  for (const [what, body, pointer] of wrong) {
    test(`a receipt of ${what} is refused, naming the field`, async () => {
      const reply = await shop.send<Problem>('POST', '/stock/cup/receipts', { body });
      expect(reply.status).toBe(422);
      expect(reply.body.errors?.map((error) => error.pointer)).toContain(pointer);
    });
  }

  test('receipts are for staff', async () => {
    const statuses = [];
    for (const as of ['anonymous', 'customer', 'admin'] as const) {
      statuses.push(
        (await shop.send('POST', '/stock/jug/receipts', { as, body: { warehouseId: lyon, quantity: 1 } })).status,
      );
    }
    expect(statuses).toEqual([401, 403, 201]);
  });

  test('the list of stock is paged by SKU', async () => {
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const from: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await shop.send<Page<StockLevel>>('GET', `/stock?limit=2${from}`, { as: 'anonymous' });
      expect(body.items.length).toBeLessThanOrEqual(2);
      seen.push(...body.items.map(({ sku }) => sku));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual([...new Set(seen)].toSorted());
    expect(seen).toContain('cup');
    for (const query of ['limit=0', 'limit=101', 'limit=x', 'cursor=x']) {
      expect((await shop.send('GET', `/stock?${query}`, { as: 'anonymous' })).status).toBe(422);
    }
  });

  test('the ledger is for staff, filtered and paged', async () => {
    expect((await shop.send('GET', '/movements', { as: 'anonymous' })).status).toBe(401);
    expect((await shop.send('GET', '/movements', { as: 'customer' })).status).toBe(403);
    for (const query of ['sku=%20', 'warehouseId=x', 'orderId=x', 'cursor=x']) {
      expect((await shop.send('GET', `/movements?${query}`)).status).toBe(422);
    }
    const first = await shop.send<Page<Movement>>('GET', `/movements?sku=apart&warehouseId=${lyon}&limit=1`);
    expect(first.body.items).toMatchObject([{ onHandAfter: 6 }]);
    const next = await shop.send<Page<Movement>>('GET', `/movements?sku=apart&limit=1&cursor=${first.body.nextCursor}`);
    expect(next.body).toMatchObject({ items: [{ onHandAfter: 3 }], nextCursor: null });
    expect((await shop.send<Page<Movement>>('GET', `/movements?orderId=${newId()}`)).body.items).toEqual([]);
  });

  test('reservations are for staff, and not found when there is none', async () => {
    expect((await shop.send('GET', `/reservations/${newId()}`, { as: 'anonymous' })).status).toBe(401);
    expect((await shop.send('GET', `/reservations/${newId()}`, { as: 'customer' })).status).toBe(403);
    expect((await shop.send('GET', `/reservations/${newId()}`)).status).toBe(404);
    expect((await shop.send('GET', '/reservations/not-an-id')).status).toBe(404);
  });
});
