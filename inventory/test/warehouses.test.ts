import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { newId } from '@souk/chassis/ids';
import type { Page } from '@souk/contracts/paging';
import type { Warehouse } from '@souk/contracts/http/inventory';
import type { Problem } from '@souk/contracts/problem';
import { lastPriority, networkOf } from '../src/domain/warehouse.ts';
import { aWarehouse, orderCreated, productCreated } from './builders.ts';
import { runInventory, type RunningInventory } from './running-inventory.ts';

describe('warehouses', () => {
  let shop: RunningInventory;

  beforeAll(async () => {
    shop = await runInventory();
  });
  afterAll(() => shop.close());

  test('a new one is active, and found where its Location says', async () => {
    const { status, headers, body } = await shop.send<Warehouse>('POST', '/warehouses', {
      body: { name: 'Lyon', priority: 3 },
    });
    expect(status).toBe(201);
    expect(body).toEqual({ id: expect.any(String), name: 'Lyon', priority: 3, active: true });
    expect(headers.get('etag')).toBe('"1"');
    const found = await shop.send<Warehouse>('GET', headers.get('location') ?? '');
    expect([found.status, found.body, found.headers.get('etag')]).toEqual([200, body, '"1"']);
    const again = await shop.send('GET', `/warehouses/${body.id}`, { headers: { 'if-none-match': '"1"' } });
    expect([again.status, again.body]).toEqual([304, null]);
  });

  test('without a priority it is served last, also when several are opened at once', async () => {
    const open = async (body: object) => (await shop.send<Warehouse>('POST', '/warehouses', { body })).body.priority;
    const before = await open({ name: 'Tours', priority: 40 });
    expect(before).toBe(40);
    expect(new Set(await Promise.all(['Pau', 'Albi'].map((name) => open({ name }))))).toEqual(new Set([41, 42]));
    expect(await open({ name: 'Sète', active: false })).toBe(43);
    expect([lastPriority(networkOf([])), lastPriority(networkOf([aWarehouse({ priority: 1000 })]))]).toEqual([1, 1000]);
  });

  test('requests with one Idempotency-Key open one', async () => {
    const sending = { body: { name: 'Lille', priority: 1 }, headers: { 'idempotency-key': newId() } };
    const [first, second] = [
      await shop.send('POST', '/warehouses', sending),
      await shop.send('POST', '/warehouses', sending),
    ];
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
  });

  test('a change needs an If-Match with the current version', async () => {
    const { id } = await shop.warehouse();
    const patch = async (body: unknown, headers: Record<string, string>) => {
      const reply = await shop.send<Warehouse>('PATCH', `/warehouses/${id}`, { body, headers });
      return [reply.status, reply.body.name, reply.headers.get('etag')];
    };
    expect((await patch({ name: 'Metz' }, {}))[0]).toBe(428);
    expect(await patch({ name: 'Metz' }, { 'if-match': '"1"' })).toEqual([200, 'Metz', '"2"']);
    expect(await patch({ name: 'Metz' }, { 'if-match': '"2"' })).toEqual([200, 'Metz', '"2"']);
    expect((await patch({ name: 'Brest' }, { 'if-match': '"1"' }))[0]).toBe(412);
    expect(await patch({ active: false, priority: 9 }, { 'if-match': '*' })).toEqual([200, 'Metz', '"3"']);
    expect((await shop.send('GET', `/warehouses/${id}`)).body).toMatchObject({
      name: 'Metz',
      priority: 9,
      active: false,
    });
  });

  test('of two changes of one version at the same time one is accepted', async () => {
    const { id } = await shop.warehouse();
    const sending = (name: string) => ({ body: { name }, headers: { 'if-match': '"1"' } });
    const replies = await Promise.all(
      ['Metz', 'Brest'].map((name) => shop.send('PATCH', `/warehouses/${id}`, sending(name))),
    );
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412]);
  });

  test('an unknown one can be neither read nor changed', async () => {
    for (const id of [newId(), 'not-an-id']) {
      expect((await shop.send('GET', `/warehouses/${id}`)).status).toBe(404);
      expect((await shop.send('PATCH', `/warehouses/${id}`, { body: { priority: 1 } })).status).toBe(404);
    }
  });

  const wrong: readonly [body: unknown, pointer: string][] = [
    [{ priority: 1 }, '/name'],
    [{ name: ' ', priority: 1 }, '/name'],
    [{ name: 'x'.repeat(201), priority: 1 }, '/name'],
    [{ name: 'Lyon', priority: null }, '/priority'],
    [{ name: 'Lyon', priority: 0 }, '/priority'],
    [{ name: 'Lyon', priority: 1, active: 'yes' }, '/active'],
    [{ name: 'Lyon', priority: 1, id: newId() }, '/id'],
  ];
  for (const [body, pointer] of wrong) {
    test(`${JSON.stringify(body).slice(0, 60)} is refused at ${pointer}`, async () => {
      const reply = await shop.send<Problem>('POST', '/warehouses', { body });
      expect([reply.status, reply.body.errors?.map((error) => error.pointer)]).toEqual([422, [pointer]]);
    });
  }

  test('they are for staff', async () => {
    for (const [method, path] of [
      ['GET', '/warehouses'],
      ['POST', '/warehouses'],
      ['GET', `/warehouses/${newId()}`],
      ['PATCH', `/warehouses/${newId()}`],
    ] as const) {
      expect((await shop.send(method, path, { as: 'anonymous' })).status).toBe(401);
      expect((await shop.send(method, path, { as: 'customer' })).status).toBe(403);
    }
  });

  test('they are listed newest first, page by page', async () => {
    const newest = [await shop.warehouse({ name: 'older' }), await shop.warehouse({ name: 'newer' })].toReversed();
    const first = await shop.send<Page<Warehouse>>('GET', '/warehouses?limit=1');
    const second = await shop.send<Page<Warehouse>>('GET', `/warehouses?limit=1&cursor=${first.body.nextCursor}`);
    expect([...first.body.items, ...second.body.items]).toEqual(newest);
  });

  test('a deactivated one serves no new orders, a better priority serves first', async () => {
    const [second, first, closed] = [
      await shop.warehouse({ priority: 2 }),
      await shop.warehouse({ priority: 1 }),
      await shop.warehouse({ priority: 1 }),
    ];
    await shop.tell(productCreated(newId(), ['cup']));
    for (const { id } of [second, first, closed]) await shop.receive('cup', { warehouseId: id, quantity: 1 });
    await shop.send('PATCH', `/warehouses/${closed.id}`, { body: { active: false }, headers: { 'if-match': '*' } });
    const served = [];
    for (const order of [newId(), newId(), newId()]) {
      await shop.tell(orderCreated(order, [{ sku: 'cup', quantity: 1 }]));
      const { body } = await shop.send<{ status: string; lines: { warehouseId: string }[] }>(
        'GET',
        `/reservations/${order}`,
      );
      served.push(body.lines[0]?.warehouseId ?? body.status);
    }
    expect(served).toEqual([first.id, second.id, 'refused']);
  });
});
