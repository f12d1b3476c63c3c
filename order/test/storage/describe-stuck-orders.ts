import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { LOOKS } from '@souk/chassis/web/paging';
import type { Order } from '../../src/domain/order.ts';
import type { StuckOrder } from '../../src/storage/order-store.ts';
import { ALLOCATIONS, anOrder } from '../orders.ts';
import type { OpenedStore } from './describe-order-store.ts';
import { put, settle } from './settle.ts';

const id = (number: number) => `0198c0de-7a11-7c3e-8f00-${String(number).padStart(12, '0')}`;
const cancelled = { status: 'cancelled', reason: 'cancelled_by_staff', deadlineAt: null, countsUntil: null } as const;

/** Orders that wait for long, on every store: `open` gives an empty one. */
export function describeStuckOrders(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name}: stuck orders`, () => {
    let opened: OpenedStore;
    let now: number;
    beforeEach(async () => {
      opened = await open();
      // By the database's clock, which stuck orders are judged by.
      ({ now } = await opened.store.reads.sending());
    });
    afterEach(() => opened.close());

    const placed = (number: number, secondsAgo: number, changes: Partial<Order> = {}) =>
      anOrder({ id: id(number), placedAt: now - secondsAgo * 1000, updatedAt: now - secondsAgo * 1000, deadlineAt: now - secondsAgo * 1000 + 30_000, ...changes });
    const told = (orders: readonly StuckOrder[]) => orders.map(({ id: of, waitsFor }) => [Number(of.slice(-6)), waitsFor]);
    const fill = async (orders: readonly Order[]) => {
      for (let from = 0; from < orders.length; from += 300) await settle(opened.store, [put({ orders: orders.slice(from, from + 300) })]);
    };
    const note = (order: Order, version: number) => ({ note: 'order.cancelled', key: order.id, stream: order.id, version });

    test('are open orders that were asked about so long ago, longest waiting first', async () => {
      const reserved = { status: 'awaiting_payment', paymentStatus: 'pending', allocations: ALLOCATIONS } as const;
      await fill([
        placed(1, 20),
        placed(2, 5),
        placed(3, 900, { ...reserved, updatedAt: now - 2000 }),
        placed(4, 900, { ...reserved, updatedAt: now - 30_000, deadlineAt: now + 5000 }),
        placed(5, 900, { ...cancelled }),
        placed(6, 900, { status: 'completed', deadlineAt: null }),
      ]);
      expect(await opened.store.reads.openFor(10_000)).toEqual([
        { id: id(4), status: 'awaiting_payment', waitsFor: 'payment', since: now - 30_000, deadlineAt: now + 5000 },
        { id: id(1), status: 'placed', waitsFor: 'stock', since: now - 20_000, deadlineAt: now + 10_000 },
      ]);
      expect(await opened.store.reads.openFor(800_000)).toEqual([]);
    });

    test('are told whatever time-out they were asked under', async () => {
      await fill([placed(1, 25, { deadlineAt: now + 86_400_000 }), placed(2, 20, { deadlineAt: now - 19_000 })]);
      expect(told(await opened.store.reads.openFor(10_000))).toEqual([[1, 'stock'], [2, 'stock']]);
    });

    test('are looked for among so many of each status: those that wait for stock do not hide those that wait for payment', async () => {
      const many = Array.from({ length: LOOKS + 5 }, (_, number) => placed(number, 100));
      await fill([...many, placed(90_000, 50, { status: 'awaiting_payment' })]);
      const stuck = told(await opened.store.reads.openFor(10_000));
      expect(stuck).toHaveLength(LOOKS + 1);
      expect(stuck.at(-1)).toEqual([90_000, 'payment']);
    }, 30_000);

    test('are cancelled ones, since their cancellation, as long as stock or money is missing', async () => {
      const [both, stock, money, done, fresh] = [
        placed(1, 900, { ...cancelled, paymentStatus: 'paid', allocations: ALLOCATIONS, updatedAt: now - 100_000 }),
        placed(2, 900, { ...cancelled, allocations: ALLOCATIONS, updatedAt: now - 60_000 }),
        placed(3, 900, { ...cancelled, paymentStatus: 'partially_refunded', refunded: 1, allocations: [], updatedAt: now - 30_000 }),
        placed(4, 900, { ...cancelled, paymentStatus: 'refunded', refunded: 3499, allocations: [] }),
        placed(5, 5, { ...cancelled, allocations: ALLOCATIONS }),
      ];
      await fill([both, stock, money, done, fresh]);
      const stuck = await opened.store.reads.notGivenBackFor(10_000);
      expect(stuck.map(({ id: of, waitsFor, since, status, deadlineAt }) => [of, waitsFor, since, status, deadlineAt])).toEqual([
        [id(1), 'stock_back', now - 100_000, 'cancelled', null],
        [id(1), 'money_back', now - 100_000, 'cancelled', null],
        [id(2), 'stock_back', now - 60_000, 'cancelled', null],
        [id(3), 'money_back', now - 30_000, 'cancelled', null],
      ]);
    });

    test('are not those that were cancelled a moment ago, however old they are, and a later change does not make the wait shorter', async () => {
      const order = placed(1, 900, { ...cancelled, allocations: ALLOCATIONS, updatedAt: now - 500_000 });
      await settle(opened.store, [put({ orders: [order] })]);
      await settle(opened.store, [put({}, [note(order, 1)])]);
      expect(await opened.store.reads.notGivenBackFor(10_000)).toEqual([]);
      await settle(opened.store, [put({ orders: [{ ...order, version: 2, updatedAt: now + 1000 }] })]);
      const [stuck] = await opened.store.reads.notGivenBackFor(-60_000);
      expect(stuck?.since).toBeGreaterThanOrEqual(now);
      expect(stuck?.since).toBeLessThan(now + 1000);
    });

    test('are a hundred of the newest cancelled ones at most', async () => {
      const missing = { ...cancelled, allocations: ALLOCATIONS };
      await fill([placed(1, 9000, missing), ...Array.from({ length: LOOKS }, (_, n) => placed(10 + n, 900, n < 120 ? missing : { ...cancelled, allocations: [] }))]);
      const stuck = told(await opened.store.reads.notGivenBackFor(10_000));
      expect(stuck).toHaveLength(100);
      expect(stuck).not.toContainEqual([1, 'stock_back']);
    }, 30_000);
  });
}
