import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { UNTIL_IT_ENDS } from '../../src/domain/customer-limits.ts';
import type { Placement } from '../../src/domain/place-order.ts';
import type { Customer } from '../../src/storage/order-store.ts';
import { placeOrder } from '../../src/usecases/advance-order.ts';
import { ADDRESS, anOrder, DEADLINES, eur, METHOD_ID, NORTH, NOW, PRODUCT_ID, SOUTH, USER_ID } from '../orders.ts';
import type { OpenedStore } from './describe-order-store.ts';
import { put, settle, type Submission, submission } from './settle.ts';

const LIMITS = { orders: 5, pieces: 12 };
const MUG = { sku: 'MUG', productId: PRODUCT_ID, title: 'Mug', options: {}, price: eur(1000), active: true, version: 1, changedAt: NOW };

/** The limits of one customer, on every store. */
export function describeCustomerLimits(name: string, open: () => Promise<OpenedStore>): void {
  let opened: OpenedStore;
  let answers: string[];
  const place = placeOrder(DEADLINES, LIMITS);
  const request = (quantity: number, userId = USER_ID) => ({ userId, items: [{ sku: 'MUG', quantity }], shippingAddress: ADDRESS, paymentMethodId: METHOD_ID });

  function placement(quantity: number, userId = USER_ID): Submission {
    const submit = submission(place, request(quantity, userId));
    // Answers come once it is committed, in their order.
    return async (writer) => note((await submit(writer)) as Placement);
  }
  function note(answer: Placement): void {
    answers.push(answer.kind === 'placed' ? 'placed' : answer.refusal.code);
  }
  const times = (count: number, quantity: number) => Array.from({ length: count }, () => placement(quantity));

  async function holdings(id: string): Promise<Customer | undefined> {
    let seen: Customer | undefined;
    const look = { name: 'look', keys: () => ({ customers: [id] }), decide: (_value: null, world: { get(of: 'customers', key: string): Customer | undefined }) => ((seen = world.get('customers', id)), { answer: undefined }) };
    await settle(opened.store, [submission<null>(look, null)]);
    return seen;
  }

  beforeEach(async () => {
    opened = await open();
    answers = [];
    await settle(opened.store, [put({ catalogue: [MUG] })]);
  });
  afterEach(() => opened.close());

  describe(`${name}: a customer`, () => {
    test.each([1, 500])('may open so many orders and no more, in batches of %d; others are not affected', async (batch) => {
      await settle(opened.store, [...times(6, 1), placement(1, SOUTH)], batch);
      expect(answers).toEqual([...Array.from({ length: 5 }, () => 'placed'), 'open-orders-limit', 'placed']);
      expect(await holdings(USER_ID)).toEqual({ id: USER_ID, hasRow: true, orders: 5, pieces: 5 });
    });

    test.each([1, 500])('may order so many pieces in them and no more, in batches of %d; a smaller order may still fit', async (batch) => {
      await settle(opened.store, [placement(5), placement(5), placement(3), placement(2), placement(1)], batch);
      expect(answers).toEqual(['placed', 'placed', 'pieces-on-hold-limit', 'placed', 'pieces-on-hold-limit']);
    });

    test('may order again when an order has ended; one that ended unpaid counts for a while longer', async () => {
      const ended = { status: 'cancelled', deadlineAt: null } as const;
      const orders = [2 ** 45, 1, null].map((countsUntil, at) => anOrder({ ...ended, countsUntil, id: [SOUTH, NORTH, PRODUCT_ID][at] ?? '' }));
      await settle(opened.store, [put({ orders })]);
      expect(await holdings(USER_ID)).toMatchObject({ orders: 1, pieces: 4 });
      await settle(opened.store, times(5, 1));
      expect(answers).toEqual(['placed', 'placed', 'placed', 'placed', 'open-orders-limit']);
    });

    test('gets no more by asking two processes at once', async () => {
      await Promise.all(['test', 'other'].map((lane) => settle(opened.store, times(10, 1), 2, lane)));
      expect(answers.filter((answer) => answer === 'placed')).toHaveLength(5);
      expect(await holdings(USER_ID)).toMatchObject({ orders: 5, pieces: 5 });
    });

    test('starts with the open orders of an earlier version, without those that it has ended', async () => {
      const stale = { status: 'completed', deadlineAt: null, countsUntil: UNTIL_IT_ENDS } as const;
      await settle(opened.store, [put({ orders: [anOrder({ id: SOUTH }), anOrder({ ...stale, id: PRODUCT_ID })] })]);
      expect(await holdings(USER_ID)).toEqual({ id: USER_ID, hasRow: false, orders: 1, pieces: 4 });
      await settle(opened.store, [placement(2), placement(2)], 1);
      expect(await holdings(USER_ID)).toEqual({ id: USER_ID, hasRow: true, orders: 3, pieces: 8 });
    });
  });
}
