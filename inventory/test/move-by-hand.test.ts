import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { newId } from '@souk/chassis/ids';
import type { Page } from '@souk/contracts/paging';
import type { Movement, Transfer } from '@souk/contracts/http/inventory';
import type { Problem } from '@souk/contracts/problem';
import { ProductAwayError, type LookUpSkus } from '../src/domain/catalogue.ts';
import { orderCreated, productCreated } from './builders.ts';
import { runInventory, type RunningInventory } from './running-inventory.ts';

describe('adjustments and transfers', () => {
  let shop: RunningInventory;
  let lyon: string;
  let metz: string;
  let product: LookUpSkus = async () => [];

  beforeAll(async () => {
    shop = await runInventory({ lookUpSkus: (...asked) => product(...asked) });
    [lyon, metz] = [(await shop.warehouse({ name: 'Lyon' })).id, (await shop.warehouse({ name: 'Metz', priority: 2 })).id];
    await shop.tell(productCreated(newId(), ['cup', 'jug', 'held', 'moved', 'once', 'empty']));
  });
  afterAll(() => shop.close());

  const adjust = (sku: string, body: object, headers = {}) =>
    shop.send<Movement & Problem>('POST', `/stock/${sku}/adjustments`, { body, headers });
  const transfer = (sku: string, body: object, headers = {}) =>
    shop.send<Transfer & Problem>('POST', `/stock/${sku}/transfers`, { body, headers });
  const onHand = async (sku: string) =>
    Object.fromEntries((await shop.stock(sku)).warehouses.map((level) => [level.warehouseId, level.onHand]));

  test('an adjustment up and down is answered with its movement, its actor and reason', async () => {
    const found = await adjust('cup', { warehouseId: lyon, quantity: 7, reason: 'found behind the shelf' });
    expect(found.status).toBe(201);
    expect(found.body).toMatchObject({ kind: 'adjustment', onHandDelta: 7, onHandAfter: 7, reason: 'found behind the shelf' });
    const lost = await adjust('cup', { warehouseId: lyon, quantity: -3, reason: 'broken' });
    expect(lost.body).toMatchObject({ kind: 'adjustment', onHandDelta: -3, reservedDelta: 0, onHandAfter: 4 });
    expect(lost.body.actor).toEqual(expect.any(String));
    expect(await onHand('cup')).toEqual({ [lyon]: 4 });
  });

  test('an adjustment below zero is refused and changes nothing', async () => {
    const reply = await adjust('jug', { warehouseId: lyon, quantity: -1, reason: 'broken' });
    expect([reply.status, reply.body.type]).toEqual([409, 'urn:souk:problem:insufficient-stock']);
    expect(await onHand('jug')).toEqual({});
  });

  test('what an order holds can be neither adjusted away nor transferred', async () => {
    await shop.receive('held', { warehouseId: lyon, quantity: 10 });
    await shop.tell(orderCreated(newId(), [{ sku: 'held', quantity: 8 }]));
    const refused = [
      await adjust('held', { warehouseId: lyon, quantity: -3, reason: 'broken' }),
      await transfer('held', { fromWarehouseId: lyon, toWarehouseId: metz, quantity: 3 }),
    ];
    for (const { status, body } of refused) {
      expect([status, body.detail]).toEqual([409, 'Only 2 pieces are there that no order holds: ask for no more.']);
    }
    expect((await adjust('held', { warehouseId: lyon, quantity: -2, reason: 'broken' })).status).toBe(201);
  });

  test('a transfer is two movements, and no piece is lost', async () => {
    await shop.receive('moved', { warehouseId: lyon, quantity: 5 });
    const reply = await transfer('moved', { fromWarehouseId: lyon, toWarehouseId: metz, quantity: 2, reason: 'more room' });
    expect(reply.status).toBe(201);
    expect(reply.body.movements).toMatchObject([
      { kind: 'transfer_out', warehouseId: lyon, onHandDelta: -2, onHandAfter: 3, reason: 'more room' },
      { kind: 'transfer_in', warehouseId: metz, onHandDelta: 2, onHandAfter: 2, reason: 'more room' },
    ]);
    expect(await onHand('moved')).toEqual({ [lyon]: 3, [metz]: 2 });
    const listed = await shop.send<Page<Movement>>('GET', `/movements?sku=moved&warehouseId=${metz}`);
    expect(listed.body.items.map(({ kind }) => kind)).toEqual(['transfer_in']);
  });

  test('a transfer of more than is free is refused, and nothing moves', async () => {
    await shop.receive('empty', { warehouseId: lyon, quantity: 1 });
    const reply = await transfer('empty', { fromWarehouseId: lyon, toWarehouseId: metz, quantity: 2 });
    expect([reply.status, reply.body.type]).toEqual([409, 'urn:souk:problem:insufficient-stock']);
    expect(await onHand('empty')).toEqual({ [lyon]: 1 });
  });

  test('two requests with one Idempotency-Key book once and get the same answer', async () => {
    await shop.receive('once', { warehouseId: lyon, quantity: 5 });
    const keys = [{ 'idempotency-key': newId() }, { 'idempotency-key': newId() }];
    const adjustment = { warehouseId: lyon, quantity: -1, reason: 'broken' };
    const moved = { fromWarehouseId: lyon, toWarehouseId: metz, quantity: 1 };
    const adjusted = await Promise.all(Array.from({ length: 5 }, () => adjust('once', adjustment, keys[0])));
    const transferred = await Promise.all(Array.from({ length: 5 }, () => transfer('once', moved, keys[1])));
    for (const replies of [adjusted, transferred]) {
      expect(replies.map(({ status }) => status)).toEqual(Array(5).fill(201));
      expect(new Set(replies.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    }
    expect(await onHand('once')).toEqual({ [lyon]: 3, [metz]: 1 });
    expect((await adjust('once', { ...adjustment, quantity: -2 }, keys[0])).status).toBe(422);
  });

  test('an unknown SKU is 404, and 503 while Product does not answer', async () => {
    const bodies = [
      ['adjustments', { warehouseId: lyon, quantity: 1, reason: 'found' }],
      ['transfers', { fromWarehouseId: lyon, toWarehouseId: metz, quantity: 1 }],
    ] as const;
    const statuses = async () =>
      Promise.all(bodies.map(async ([what, body]) => (await shop.send('POST', `/stock/nobody/${what}`, { body })).status));
    expect(await statuses()).toEqual([404, 404]);
    product = () => Promise.reject(new ProductAwayError());
    expect(await statuses()).toEqual([503, 503]);
    product = async () => [];
  });

  test('an unknown warehouse is named', async () => {
    const unknown = newId();
    const replies = [
      await adjust('cup', { warehouseId: unknown, quantity: 1, reason: 'found' }),
      await transfer('cup', { fromWarehouseId: lyon, toWarehouseId: unknown, quantity: 1 }),
      await transfer('cup', { fromWarehouseId: unknown, toWarehouseId: newId(), quantity: 1 }),
    ];
    expect(replies.map(({ status, body }) => [status, body.type, body.errors?.map(({ pointer }) => pointer)])).toEqual(
      [['/warehouseId'], ['/toWarehouseId'], ['/fromWarehouseId', '/toWarehouseId']].map((pointers) => {
        return [422, 'urn:souk:problem:warehouse-unknown', pointers];
      }),
    );
  });

  const [a, b] = [newId(), newId()];
  const wrong: readonly [what: string, body: object, pointer: string][] = [
    ['adjustments', { warehouseId: a, quantity: 0, reason: 'x' }, '/quantity'],
    ['adjustments', { warehouseId: a, quantity: 1.5, reason: 'x' }, '/quantity'],
    ['adjustments', { warehouseId: a, quantity: -1_000_001, reason: 'x' }, '/quantity'],
    ['adjustments', { warehouseId: a, quantity: -1 }, '/reason'],
    ['adjustments', { warehouseId: a, quantity: -1, reason: ' ' }, '/reason'],
    ['adjustments', { warehouseId: 'x', quantity: -1, reason: 'x' }, '/warehouseId'],
    ['transfers', { fromWarehouseId: a, toWarehouseId: b, quantity: 0 }, '/quantity'],
    ['transfers', { fromWarehouseId: a, toWarehouseId: b, quantity: -1 }, '/quantity'],
    ['transfers', { fromWarehouseId: a, toWarehouseId: a, quantity: 1 }, '/toWarehouseId'],
    ['transfers', { fromWarehouseId: a, quantity: 1 }, '/toWarehouseId'],
    ['transfers', { fromWarehouseId: a, toWarehouseId: b, quantity: 1, warehouseId: a }, '/warehouseId'],
  ];
  for (const [what, body, pointer] of wrong) {
    test(`${what} refuse ${JSON.stringify(body).replaceAll(/[\da-f-]{36}/g, '…')} at ${pointer}`, async () => {
      const reply = await shop.send<Problem>('POST', `/stock/cup/${what}`, { body });
      expect([reply.status, reply.body.errors?.map((error) => error.pointer)]).toEqual([422, [pointer]]);
    });
  }

  test('they are for staff', async () => {
    for (const what of ['adjustments', 'transfers']) {
      for (const [as, status] of [['anonymous', 401], ['customer', 403]] as const) {
        expect((await shop.send('POST', `/stock/cup/${what}`, { as, body: {} })).status).toBe(status);
      }
    }
  });
});
