import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { newId } from '@souk/chassis/ids';
import { until } from '@souk/chassis/testing/until';
import { toLogMessage } from '@souk/contracts/log-message';
import { orderCancelled, orderCompleted, orderCreated, productCreated } from './builders.ts';
import { runInventory, type RunningInventory } from './running-inventory.ts';
import { expectStockIsRight } from './stock-is-right.ts';

describe('messages of orders', () => {
  let shop: RunningInventory;
  let lyon: string;
  let order: string;

  /** There are ten cups and ten pots in Lyon. */
  beforeEach(async () => {
    shop = await runInventory();
    order = newId();
    lyon = (await shop.warehouse()).id;
    await shop.tell(productCreated(newId(), ['cup', 'pot']));
    for (const sku of ['cup', 'pot']) await shop.receive(sku, { warehouseId: lyon, quantity: 10 });
  });
  afterEach(() => shop.close());

  const items = [
    { sku: 'cup', quantity: 4 },
    { sku: 'pot', quantity: 1 },
  ];
  const levelOf = async (sku: string) =>
    (await shop.stock(sku)).warehouses.map(({ onHand, reserved }) => [onHand, reserved])[0];
  const reservation = async () => (await shop.send('GET', `/reservations/${order}`)).body;

  test('an order is reserved, and the event says in which warehouses', async () => {
    const created = orderCreated(order, items);
    await shop.tell(created);
    const allocations = items.map((item) => ({ ...item, warehouseId: lyon }));
    expect(await shop.told(order, 1)).toMatchObject([
      {
        type: 'inventory.reserved',
        source: '/souk/inventory',
        data: { orderId: order, allocations },
        correlationId: order,
        causationId: created.id,
        aggregateVersion: 1,
      },
    ]);
    expect(await reservation()).toEqual({ orderId: order, status: 'reserved', lines: allocations });
    expect(await levelOf('cup')).toEqual([10, 4]);
    expect((await shop.stock('cup')).available).toBe(6);
  });

  test('an order that leaves few pieces is followed by inventory.low, with the SKU as its key', async () => {
    const created = orderCreated(order, [{ sku: 'cup', quantity: 6 }]);
    await shop.tell(created, created);
    expect(await shop.told('cup', 1)).toMatchObject([
      {
        type: 'inventory.low',
        data: { sku: 'cup', available: 4, threshold: 5 },
        correlationId: order,
        causationId: created.id,
        aggregateVersion: 1,
      },
    ]);
  });

  test('an order of more than is available gets nothing, and the event has the shortages', async () => {
    await shop.tell(
      orderCreated(order, [
        { sku: 'pot', quantity: 1 },
        { sku: 'cup', quantity: 11 },
      ]),
    );
    expect(await shop.told(order, 1)).toMatchObject([
      { type: 'inventory.failed', data: { shortages: [{ sku: 'cup', requested: 11, available: 10 }] } },
    ]);
    expect(await reservation()).toEqual({ orderId: order, status: 'refused', lines: [] });
    expect(await levelOf('pot')).toEqual([10, 0]);
  });

  test('a paid order leaves the stock; cancelled afterwards, it comes back', async () => {
    await shop.tell(orderCreated(order, items));
    await shop.tell(orderCompleted(order, items));
    expect(await levelOf('cup')).toEqual([6, 0]);
    await shop.tell(orderCancelled(order));
    expect((await shop.told(order, 2)).at(-1)).toMatchObject({
      type: 'inventory.released',
      aggregateVersion: 2,
      data: { restocked: true },
    });
    expect(await levelOf('cup')).toEqual([10, 0]);
    const movements = await shop.send<{ items: { kind: string }[] }>('GET', `/movements?orderId=${order}`);
    expect(movements.body.items.map(({ kind }) => kind)).toEqual([
      'restock',
      'restock',
      'sale',
      'sale',
      'reserve',
      'reserve',
    ]);
  });

  test('a cancelled order frees its pieces once, however often and in whatever order its messages come', async () => {
    const told = [orderCreated(order, items), orderCancelled(order)];
    await shop.tell(...told, ...told.toReversed(), ...told);
    expect((await shop.told(order, 2)).map(({ type }) => type)).toEqual(['inventory.reserved', 'inventory.released']);
    expect(await levelOf('cup')).toEqual([10, 0]);
    await expectStockIsRight(shop.store, [order]);
  });

  test('a cancellation that overtakes the order leaves nothing reserved and sends no event', async () => {
    await shop.tell(orderCancelled(order));
    await shop.tell(orderCreated(order, items), orderCompleted(order, items));
    expect(await reservation()).toEqual({ orderId: order, status: 'cancelled', lines: [] });
    expect(await levelOf('cup')).toEqual([10, 0]);
    expect(await shop.told(order, 0)).toEqual([]);
  });

  test('a completed order that reserved nothing is a dead letter, and redriven once it has a reservation', async () => {
    await shop.tell(orderCompleted(order, items));
    const dead = await shop.send<{ items: { id: string; cause: string }[] }>('GET', '/ops/dead-letters');
    expect(dead.body.items).toMatchObject([{ cause: 'order.completed for an order that reserved nothing' }]);
    expect((await shop.send('GET', `/reservations/${order}`)).status).toBe(404);
    await shop.tell(orderCreated(order, items));
    expect((await shop.send('POST', `/ops/dead-letters/${dead.body.items[0]?.id}/redrive`)).status).toBe(200);
    expect(await levelOf('cup')).toEqual([6, 0]);
  });

  test('of two letters about one sale the second is closed without a change, and a try says so before', async () => {
    await shop.tell(orderCompleted(order, items));
    await shop.tell(orderCompleted(order, items));
    const dead = await shop.send<{ items: { id: string }[] }>('GET', '/ops/dead-letters');
    const letters = dead.body.items.map(({ id }) => `/ops/dead-letters/${id}`);
    expect(letters).toHaveLength(2);
    await shop.tell(orderCreated(order, items));
    for (const [letter, outcome] of [[letters[0], 'applied'], [letters[1], 'already_applied']]) {
      expect((await shop.send('POST', `${letter}/try`)).body).toEqual({ outcome, cause: null });
      expect((await shop.send('POST', `${letter}/redrive`)).body).toMatchObject({ status: 'redriven', resolution: outcome });
    }
    expect(await levelOf('cup')).toEqual([6, 0]);
  });

  test('a poisoned message between good ones harms only itself', async () => {
    const [first, second] = [newId(), newId()];
    const poison = { ...toLogMessage(orderCreated(newId(), items)), value: '{"orderId":' };
    await shop.log.send([toLogMessage(orderCreated(first, items)), poison, toLogMessage(orderCreated(second, items))]);
    await shop.told(first, 1);
    await shop.told(second, 1);
    await until('a dead letter', async () => (await shop.store.messages.deadLetters(null, 9)).length === 1);
    expect(await levelOf('cup')).toEqual([10, 8]);
  });

  test('a two-line order writes one movement per line and step, and one event in all', async () => {
    await shop.tell(orderCreated(order, items));
    await shop.tell(orderCompleted(order, items));
    const { rows: movements } = await shop.store.reads.movements({ orderId: order }, { before: undefined, limit: 100 });
    expect(movements.length).toBe(4);
    expect((await shop.store.writing.readStream(`reservation:${order}`)).length).toBe(1);
  });
});
