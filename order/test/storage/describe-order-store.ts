import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { LOOKS } from '@souk/chassis/web/paging';
import type { Order } from '../../src/domain/order.ts';
import { eraseOrder } from '../../src/jobs/erase-people.ts';
import type { OrderStore, Walk } from '../../src/storage/order-store.ts';
import { ADDRESS, ALLOCATIONS, anOrder, DEADLINES, NORTH, NOW, ORDER_IN, PRODUCT_ID, SHORTAGES, SOUTH, USER_ID } from '../orders.ts';
import { put, settle, submission } from './settle.ts';

export interface OpenedStore {
  readonly store: OrderStore;
  close(): Promise<void>;
}

function id(number: number): string {
  return `0198c0de-7a11-7c3e-8f00-${String(number).padStart(12, '0')}`;
}

const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const LEAVER = { id: USER_ID, erasedAt: 2 ** 45, deletedAt: NOW, toldBy: id(9), traceparent: TRACE };

const SHIPMENTS: Order['shipments'] = [
  {
    id: id(71),
    warehouseId: NORTH,
    status: 'pending',
    items: [{ sku: 'MUG', quantity: 2 }],
    carrier: null,
    trackingNumber: null,
  },
  {
    id: id(72),
    warehouseId: SOUTH,
    status: 'pending',
    items: [{ sku: 'TEA', quantity: 1 }],
    carrier: null,
    trackingNumber: null,
  },
];

/** What every store of orders has to do, whatever its engine. `open`: an empty one with its schema up to date. */
export function describeOrderStore(name: string, open: () => Promise<OpenedStore>): void {
  let opened: OpenedStore;
  let store: OrderStore;
  beforeEach(async () => {
    opened = await open();
    ({ store } = opened);
  });
  afterEach(() => opened.close());

  /** The order as a decision sees it. */
  async function loaded(orderId: string): Promise<Order | undefined> {
    let seen: Order | undefined;
    const look = submission<null>(
      {
        name: 'look',
        keys: () => ({ orders: [orderId] }),
        decide(_value, world) {
          seen = world.get('orders', orderId);
          return { answer: undefined };
        },
      },
      null,
    );
    await settle(store, [look]);
    return seen;
  }

  describe(`${name}: an order`, () => {
    test.each(Object.entries(ORDER_IN))(
      'that is %s comes back as it was put, to decisions and to readers',
      async (_status, order) => {
        await settle(store, [put({ orders: [order] })]);
        expect(await store.reads.order(order.id)).toEqual(order);
        expect(await loaded(order.id)).toEqual(order);
      },
    );

    test('keeps its lines in their original order', async () => {
      const [line] = anOrder().items;
      if (line === undefined) throw new Error('the order has no line');
      const items = ['Z', 'A', 'M'].map((sku) => ({ ...line, sku }));
      await settle(store, [put({ orders: [anOrder({ items })] })]);
      expect((await loaded(anOrder().id))?.items.map(({ sku }) => sku)).toEqual(['Z', 'A', 'M']);
    });

    test('is changed with its shipments: opened, sent, removed', async () => {
      const steps: Order[] = [
        anOrder(),
        anOrder({
          status: 'completed',
          shipments: SHIPMENTS,
          allocations: ALLOCATIONS,
          shortages: SHORTAGES,
          version: 2,
          deadlineAt: null,
        }),
        anOrder({
          version: 3,
          shipments: SHIPMENTS.map((s, at) =>
            at === 0 ? { ...s, status: 'shipped', carrier: 'Post', trackingNumber: 'AT1' } : s,
          ),
        }),
        anOrder({
          status: 'cancelled',
          reason: 'payment_expired',
          shipments: SHIPMENTS.slice(1),
          refunded: 3499,
          paymentStatus: 'refunded',
          version: 4,
        }),
        anOrder({ shipments: [], version: 5 }),
      ];
      for (const step of steps) {
        await settle(store, [put({ orders: [step] })]);
        expect(await loaded(step.id)).toEqual(step);
      }
    });

    test('is not found when it was never put', async () => {
      expect(await store.reads.order(id(1))).toBeUndefined();
      expect(await loaded(id(1))).toBeUndefined();
    });
  });

  describe(`${name}: lists`, () => {
    beforeEach(async () => {
      const orders = [1, 2, 3, 4, 5].map((number) =>
        anOrder({
          id: id(number),
          userId: number % 2 === 1 ? USER_ID : SOUTH,
          ...(number === 3 && { status: 'rejected', deadlineAt: null }),
        }),
      );
      await settle(store, [put({ orders })]);
    });

    async function listed(filter: Parameters<OrderStore['reads']['orders']>[0]): Promise<number[]> {
      return (await store.reads.orders(filter)).rows.map((order) => Number(order.id.slice(-3)));
    }

    test('are newest first and go on where the last page ended', async () => {
      expect(await listed({ limit: 2 })).toEqual([5, 4]);
      expect(await listed({ limit: 2, before: id(4) })).toEqual([3, 2]);
      expect(await listed({ limit: 2, before: id(1) })).toEqual([]);
    });

    test('by customer, by status, by both', async () => {
      expect(await listed({ userId: USER_ID, limit: 9 })).toEqual([5, 3, 1]);
      expect(await listed({ status: 'placed', limit: 9, before: id(4) })).toEqual([2, 1]);
      expect(await listed({ userId: USER_ID, status: 'rejected', limit: 9 })).toEqual([3]);
    });

    test('by time, even when the clock behind the id was wrong', async () => {
      const made = (ms: number) => `${ms.toString(16).padStart(12, '0').replace(/^.{8}/, '$&-')}-7000-8000-000000000000`;
      const orders = [0, 1, 2, 3].map((n) => anOrder({ id: made(NOW + n * 1000 + 60_000), placedAt: NOW + n * 1000 }));
      await settle(store, [put({ orders })]);
      const seconds = async (filter: Partial<Parameters<OrderStore['reads']['orders']>[0]>) =>
        (await store.reads.orders({ limit: 9, ...filter })).rows.map(({ placedAt }) => (placedAt - NOW) / 1000);
      expect(await seconds({ placedAfter: NOW + 1000, placedBefore: NOW + 3000 })).toEqual([2, 1]);
      expect(await seconds({ placedAfter: NOW + 2000, userId: USER_ID, status: 'placed' })).toEqual([3, 2]);
      expect(await seconds({ placedBefore: NOW + 1000, placedAfter: NOW })).toEqual([0]);
    });

    test('have the first lines, the number of lines, and shipments counted by status', async () => {
      const { items } = anOrder();
      const lines = Array.from({ length: 50 }, (_, n) => items.map((line) => ({ ...line, sku: `${line.sku}-${n}` }))).flat();
      await settle(store, [put({ orders: [anOrder({ id: id(6), items: lines, shipments: SHIPMENTS })] })]);
      const { id: of, userId, status, reason, paymentStatus, total, version, placedAt, updatedAt } = anOrder({ id: id(6) });
      const firstLines = lines.slice(0, 3).map(({ options: _options, ...rest }) => rest);
      const shipmentCounts = { pending: 0, shipped: 0, delivered: 0 };
      for (const shipment of SHIPMENTS) shipmentCounts[shipment.status] += 1;
      expect(await store.reads.orders({ limit: 1 })).toEqual({
        rows: [{ id: of, userId, status, reason, paymentStatus, total, version, placedAt, updatedAt, lineCount: 100, firstLines, shipmentCounts }],
        reached: undefined,
      });
    });

    test('skip a limited number of orders with another status, and say how far they looked', async () => {
      const many = Array.from({ length: LOOKS + 5 }, (_, n) => anOrder({ id: id(100_000 + n), userId: USER_ID, status: 'completed', deadlineAt: null }));
      for (let from = 0; from < many.length; from += 300) await settle(store, [put({ orders: many.slice(from, from + 300) })]);
      const first = await store.reads.orders({ userId: USER_ID, status: 'rejected', limit: 9 });
      expect(first).toEqual({ rows: [], reached: id(100_005) });
      const { rows, reached } = await store.reads.orders({ userId: USER_ID, status: 'rejected', limit: 9, before: first.reached });
      expect([rows.map((order) => order.id), reached]).toEqual([[id(3)], undefined]);
    });
  });

  test(`${name}: reads standings and histories of several orders`, async () => {
    const [one, two] = [anOrder({ id: id(1) }), anOrder({ id: id(2), version: 2, paymentStatus: 'paid' })];
    const note = (order: Order, version: number) => ({
      note: `n${version}`,
      key: order.id,
      stream: order.id,
      version,
      context: { to: 'placed', cause: { name: 'POST /orders' } },
    });
    await settle(store, [put({ orders: [one, two] }, [note(two, 1), note(one, 1), note(two, 2)])]);
    expect((await store.reads.standings([id(1), id(2), id(3)])).toSorted((a, b) => a.version - b.version)).toEqual([
      { id: id(1), version: 1, paymentStatus: 'none' },
      { id: id(2), version: 2, paymentStatus: 'paid' },
    ]);
    const histories = await store.reads.histories([id(1), id(2), id(3)]);
    expect([...histories.keys()].toSorted()).toEqual([id(1), id(2)]);
    expect(histories.get(id(2))).toMatchObject([
      { name: 'n1', published: false, to: 'placed', cause: { name: 'POST /orders' }, causationId: null },
      { name: 'n2', published: false },
    ]);
  });

  test(`${name}: counts the orders of a status in pages, and reads the age of the oldest open one`, async () => {
    expect(await store.reads.oldestOpenMs()).toBe(0);
    const orders = [1, 2, 3, 4, 5].map((number) => anOrder({ id: id(number), ...(number === 1 && { status: 'completed', deadlineAt: null }) }));
    await settle(store, [put({ orders })]);
    expect(await store.reads.countOrders('placed', '', 3)).toEqual({ count: 3, last: id(4) });
    expect(await store.reads.countOrders('placed', id(4), 3)).toEqual({ count: 1, last: null });
    expect(await store.reads.countOrders('completed', '', 3)).toEqual({ count: 1, last: null });
    expect(await store.reads.countOrders('rejected', '', 3)).toEqual({ count: 0, last: null });
    const [oldest] = orders;
    expect(await store.reads.oldestOpenMs()).toBeGreaterThanOrEqual(Date.now() - (oldest?.placedAt ?? 0) - 600_000);
  });

  test(`${name}: reads the ages of the oldest orders of a status`, async () => {
    const placedAgo = (seconds: number) => anOrder({ id: `${(Date.now() - seconds * 1000).toString(16).padStart(12, '0').replace(/^(.{8})/, '$1-')}-7c3e-8f00-000000000001` });
    await settle(store, [put({ orders: [100, 50, 20].map(placedAgo) })]);
    const ages = await store.reads.agesOfOldest('placed', 2);
    expect(ages.map((ms) => Math.round(ms / 10_000))).toEqual([10, 5]);
    expect(await store.reads.agesOfOldest('awaiting_payment', 2)).toEqual([]);
  });

  test(`${name}: reads the orders that wait for Inventory, and for Payment, and that no newer one has overtaken`, async () => {
    const none = { waiting: 0, ageMs: 0 };
    expect(await store.reads.firstWaiting(64)).toEqual({ stock: none, payment: none });
    const placedAgo = (number: number, secondsAgo: number, status: Order['status'], reason: Order['reason'] = null) =>
      anOrder({ id: id(number), status, reason, placedAt: Date.now() - secondsAgo * 1000 });
    await settle(store, [
      put({
        orders: [
          placedAgo(1, 900, 'placed'),
          placedAgo(2, 800, 'awaiting_payment'),
          placedAgo(3, 700, 'completed'),
          placedAgo(4, 600, 'awaiting_payment'),
          placedAgo(5, 500, 'rejected', 'out_of_stock'),
          placedAgo(6, 400, 'placed'),
          placedAgo(7, 300, 'placed'),
          placedAgo(8, 200, 'placed'),
          placedAgo(9, 100, 'cancelled', 'cancelled_by_customer'),
        ],
      }),
    ]);
    const { stock, payment } = await store.reads.firstWaiting(2);
    expect([stock.waiting, payment.waiting]).toEqual([2, 1]);
    expect(Math.round(stock.ageMs / 100_000)).toBe(4);
    expect(Math.round(payment.ageMs / 100_000)).toBe(6);
  });

  test(`${name}: counts ended orders once, up to the oldest open order and without the last minutes`, async () => {
    const ended = (at: string, status: 'completed' | 'cancelled' = 'completed') => anOrder({ id: at, status, deadlineAt: null });
    await settle(store, [put({ orders: [1, 2, 3].map((number) => ended(id(number))) })]);
    expect(await store.reads.counted('completed')).toEqual({ count: 0, upTo: '' });
    expect(await store.countEnded('completed', 2)).toBe(2);
    expect(await store.countEnded('completed', 2)).toBe(1);
    expect(await store.countEnded('completed', 2)).toBe(0);
    expect(await store.reads.counted('completed')).toEqual({ count: 3, upTo: id(3) });
    await settle(store, [put({ orders: [anOrder({ id: id(5) }), ...[4, 6].map((number) => ended(id(number), 'cancelled')), ended(Bun.randomUUIDv7(), 'cancelled')] })]);
    const counts = await Promise.all([store.countEnded('cancelled', 9), store.countEnded('cancelled', 9)]);
    expect(counts.toSorted((a, b) => a - b)).toEqual([0, 1]);
    await settle(store, [put({ orders: [{ ...ended(id(5), 'cancelled'), version: 2 }] })]);
    expect(await store.countEnded('cancelled', 9)).toBe(2);
    expect(await store.reads.counted('cancelled')).toEqual({ count: 3, upTo: id(6) });
  });

  test(`${name}: finds overdue orders, the longest overdue first`, async () => {
    const farAway = 2 ** 45;
    const note = { note: 'placed', key: id(2), stream: id(2), version: 1 };
    const deadlines = [1000, null, 500, farAway];
    await settle(store, [
      put({ orders: deadlines.map((deadlineAt, number) => anOrder({ id: id(number), deadlineAt })) }),
    ]);
    const cause = { causationId: null, traceparent: TRACE };
    await settle(store, [(writer) => writer.submit({ name: 'note', keys: () => ({}), decide: () => ({ answer: null, events: [note] }) }, null, { cause })]);
    const overdue = await store.reads.overdueOrders(NOW, 100);
    expect(overdue).toEqual([id(2), id(0)].map((orderId) => ({ id: orderId, status: 'placed', version: 1, askedAt: NOW })));
    expect(await store.reads.tracesOf(overdue)).toEqual([
      { id: id(2), traceparent: TRACE },
      { id: id(0), traceparent: null },
    ]);
    expect(await store.reads.overdueOrders(NOW, 1)).toMatchObject([{ id: id(2) }]);
    expect(await store.reads.overdueOrders(999, 100)).toMatchObject([{ id: id(2) }]);
  });

  test(`${name}: reads when Payment was asked, and the oldest unsent event`, async () => {
    await settle(store, [put({ orders: [anOrder({ id: id(1), status: 'awaiting_payment', updatedAt: NOW + 500, deadlineAt: 1000 })] })]);
    expect(await store.reads.overdueOrders(NOW, 100)).toEqual([{ id: id(1), status: 'awaiting_payment', version: 1, askedAt: NOW + 500 }]);
    const before = await store.reads.sending();
    expect(before.unsentSince).toBeNull();
    expect(Math.abs(before.now - Date.now())).toBeLessThan(60_000);
    const note = { note: 'placed', key: id(2), stream: id(2), version: 1 };
    await settle(store, [(writer) => writer.submit({ name: 'note', keys: () => ({}), decide: () => ({ answer: null, events: [note] }) }, null)]);
    const { unsentSince } = await store.reads.sending();
    expect(unsentSince).toBeGreaterThanOrEqual(before.now);
  });

  test(`${name}: stores, changes and removes SKUs of the catalogue copy`, async () => {
    const entry = {
      sku: 'MUG',
      productId: PRODUCT_ID,
      title: 'Mug',
      options: { Größe: 'groß', colour: 'blue' },
      price: { amount: 1, currency: 'JPY' },
      active: true,
      version: 1,
      changedAt: NOW,
    };
    await settle(store, [
      put({
        catalogue: [entry, { ...entry, sku: 'mug', options: null }],
        catalogueProducts: [{ id: PRODUCT_ID, version: 1, skus: ['MUG', 'mug'] }],
      }),
    ]);
    expect((await store.reads.knownSkus(['MUG', 'mug', 'Mug'])).toSorted()).toEqual(['MUG', 'mug']);
    await settle(store, [put({ catalogue: [{ ...entry, active: false, version: 2 }] })]);
    let seen: unknown;
    const forget = submission<null>(
      {
        name: 'forget',
        keys: () => ({ catalogue: ['MUG', 'mug'], catalogueProducts: [PRODUCT_ID] }),
        decide(_value, world) {
          seen = [world.get('catalogue', 'MUG'), world.get('catalogueProducts', PRODUCT_ID)];
          return { answer: undefined, removes: { catalogue: ['mug'] } };
        },
      },
      null,
    );
    await settle(store, [forget]);
    expect(seen).toEqual([
      { ...entry, active: false, version: 2 },
      { id: PRODUCT_ID, version: 1, skus: ['MUG', 'mug'] },
    ]);
    expect(await store.reads.knownSkus(['MUG', 'mug'])).toEqual(['MUG']);
  });

  test(`${name}: finds the orders of a deleted user until their address is erased, from their events too`, async () => {
    const others = anOrder({ id: id(3), userId: SOUTH });
    await settle(store, [put({ orders: [anOrder({ id: id(1), version: 2 }), others], erasedUsers: [LEAVER] })]);
    const told = { orderId: id(1), userId: USER_ID, items: [{ sku: 'MUG', quantity: 3 }], total: anOrder().total };
    const of = { key: id(1), stream: id(1) };
    const paid = { cause: { name: 'payment.completed', at: NOW, by: null } } as const;
    const completed = { ...of, type: 'order.completed', version: 1, data: { ...told, shippingAddress: ADDRESS }, context: paid } as const;
    const reason = { orderId: id(1), userId: USER_ID, reason: 'cancelled_by_customer' } as const;
    const left = { to: 'cancelled', cause: { name: 'cancellation', note: 'Zoë is ill' } } as const;
    const cancelled = { ...of, type: 'order.cancelled', version: 2, data: reason, context: left } as const;
    const tell = { name: 'tell', keys: () => ({}), decide: () => ({ answer: undefined, events: [completed, cancelled] }) };
    await settle(store, [submission<null>(tell, null)]);
    expect(await store.reads.usersErasedSince(1000)).toEqual([USER_ID]);
    const walk = { userId: USER_ID, after: '', isOver: false };
    const { found, walks } = await store.reads.toErase([walk], 10);
    expect(walks).toEqual([walk]);
    const events = [
      { type: 'order.completed', lane: 'test', seq: 1, data: completed.data, context: paid },
      { type: 'order.cancelled', lane: 'test', seq: 2, data: reason, context: left },
    ];
    expect(found).toEqual([{ id: id(1), version: 2, told: events, deletedAt: NOW, cause: { causationId: id(9), traceparent: TRACE } }]);
    await settle(store, found.map((one) => submission(eraseOrder(DEADLINES), one)));
    const after = { userId: USER_ID, after: id(1), isOver: true };
    expect(await store.reads.toErase([walk, { ...walk, userId: NORTH }], 10)).toEqual({ found: [], walks: [after, { ...walk, userId: NORTH, isOver: true }] });
    expect(await store.reads.toErase([{ ...after, isOver: false }], 10)).toEqual({ found: [], walks: [after] });
    const erased = { name: 'erased', line1: 'erased', city: 'erased', country: 'AT' };
    expect(await store.reads.order(id(1))).toMatchObject({ shippingAddress: erased, status: 'cancelled', version: 4, total: anOrder().total });
    const [afterwards, last] = await store.writing.readStream(id(1));
    expect(JSON.parse(afterwards?.data ?? '')).toEqual(told);
    expect(afterwards?.context).toEqual(paid);
    expect(JSON.parse(last?.data ?? '')).toEqual(reason);
    expect(last?.context).toEqual({ to: 'cancelled', cause: { name: 'cancellation' } });
    expect(await store.reads.order(id(3))).toEqual(others);
  });

  test(`${name}: walks the orders of a deleted user a hundred at a time, and goes on after those that are done`, async () => {
    const orders = Array.from({ length: 230 }, (_, number) => anOrder({ id: id(number), ...(number !== 150 && { erasedAt: 1 }) }));
    await settle(store, [put({ orders, erasedUsers: [LEAVER] })]);
    const seen: unknown[] = [];
    let walks: readonly Walk[] = [{ userId: USER_ID, after: '', isOver: false }];
    while (walks.some(({ isOver }) => !isOver)) {
      const next = await store.reads.toErase(walks, 10);
      ({ walks } = next);
      seen.push([next.found.map((one) => one.id), walks[0]?.after]);
      if (next.found.length > 0) await settle(store, [put({ orders: [anOrder({ id: id(150), erasedAt: 1, version: 2 })] })]);
    }
    expect(seen).toEqual([[[], id(99)], [[id(150)], id(149)], [[], id(229)]]);
  });

  test(`${name}: finds a kept order of a deleted user once it can be erased, however long ago the user was deleted`, async () => {
    const order = { ...ORDER_IN.completed, id: id(1), leftAt: NOW };
    await settle(store, [put({ orders: [order], erasedUsers: [{ ...LEAVER, erasedAt: 1 }] })]);
    const walk = { userId: USER_ID, after: '', isOver: false };
    expect((await store.reads.toErase([walk], 10)).found).toEqual([]);
    expect(await store.reads.deliveredToErase(10)).toEqual([]);
    const shipments = order.shipments.map((parcel) => ({ ...parcel, status: 'delivered' as const, carrier: 'Post', trackingNumber: 'AT 1' }));
    await settle(store, [put({ orders: [{ ...order, shipments, version: 4 }], ordersToErase: [{ orderId: id(1) }] })]);
    const found = await store.reads.deliveredToErase(10);
    expect(found.map(({ id: found_, version }) => [found_, version])).toEqual([[id(1), 4]]);
    await settle(store, found.map((one) => submission(eraseOrder(DEADLINES), one)));
    expect(await store.reads.deliveredToErase(10)).toEqual([]);
    expect(await store.reads.order(id(1))).toMatchObject({ leftAt: NOW, version: 5, shippingAddress: { name: 'erased', country: 'AT' } });
    expect((await store.reads.order(id(1)))?.erasedAt).not.toBeNull();
  });

  test(`${name}: keeps the options of lines, and reads lines of an earlier version that has written none`, async () => {
    const [mugs, tea] = anOrder().items;
    if (mugs === undefined || tea === undefined) throw new Error('the order has two lines');
    const order = anOrder({ items: [{ ...mugs, options: { Größe: 'groß', colour: 'blue' } }, { ...tea, options: null }] });
    await settle(store, [put({ orders: [order] })]);
    expect(await store.reads.order(order.id)).toEqual(order);
    expect(await loaded(order.id)).toEqual(order);
  });

  test(`${name}: refuses an order that breaks a constraint, and stores nothing of it`, async () => {
    const wrong = put({ orders: [anOrder({ refunded: 3500 })] });
    expect(
      await settle(store, [wrong]).then(
        () => 'kept',
        (error: unknown) => (error as { code?: string }).code,
      ),
    ).toBe('check');
    expect(await store.reads.order(anOrder().id)).toBeUndefined();
  });
}
