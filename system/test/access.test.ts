import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { Order } from '@souk/contracts/http/order';
import type { Payment, PaymentMethod } from '@souk/contracts/http/payment';
import type { Product } from '@souk/contracts/http/product';
import type { Session } from '@souk/contracts/http/session';
import { SERVICES } from '@souk/contracts/services';
import { onEveryEngine } from './support/on-every-engine.ts';
import type { OpenShop } from './support/open-shop.ts';
import { ADDRESS, orderOf, orderWhen, stockUp } from './support/ordering.ts';
import { expectProblem, type Request, send } from './support/requests.ts';

const UNKNOWN = Bun.randomUUIDv7();

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it should be there');
  return value;
}

onEveryEngine('who may do what', (openShop) => {
  let shop: OpenShop;
  let ada: string;
  let grace: string;
  let adasOrder: Order;
  let adasPayment: Payment;
  let adasMethod: PaymentMethod;
  let adasSession: Session;
  let draft: Product;

  beforeAll(async () => {
    shop = await openShop();
    const { client, staff } = shop;
    await stockUp(client, staff, { LAMP: [10] });
    draft = await client.createProduct(staff, {
      title: 'Secret',
      variants: [{ sku: 'SECRET', price: { amount: 1, currency: 'EUR' } }],
    });
    [ada, grace] = [await shop.customer(), await shop.customer()];
    adasMethod = await client.addPaymentMethod(ada, 'tok_ok');
    const { id } = await client.placeOrder(ada, orderOf(adasMethod.id, ['LAMP', 1]), randomUUID());
    adasOrder = await orderWhen(client, ada, id, ({ status }) => status === 'completed');
    adasPayment = found((await client.payments(ada, id)).items[0]);
    adasSession = found(JSON.parse((await send(shop, ['GET', 'user', '/sessions'], ada)).text).items[0]);
    await shop.rest();
  }, 120_000);
  afterAll(() => shop[Symbol.asyncDispose]());

  describe("another customer's things", () => {
    const things: readonly (readonly [
      string,
      (to: { order: string; payment: string; method: string; session: string }) => Request,
    ])[] = [
      ['order', ({ order }) => ['GET', 'order', `/orders/${order}`]],
      ['timeline', ({ order }) => ['GET', 'order', `/orders/${order}/timeline`]],
      ['cancellation', ({ order }) => ['POST', 'order', `/orders/${order}/cancellation`]],
      ['payment', ({ payment }) => ['GET', 'payment', `/payments/${payment}`]],
      ['refunds', ({ payment }) => ['GET', 'payment', `/payments/${payment}/refunds`]],
      ['payment method', ({ method }) => ['GET', 'payment', `/payment-methods/${method}`]],
      ['payment method, to remove it', ({ method }) => ['DELETE', 'payment', `/payment-methods/${method}`]],
      ['session, to end it', ({ session }) => ['DELETE', 'user', `/sessions/${session}`]],
    ];

    test.each(things)('are answered as not found: %s', async (_, requestTo) => {
      const hers = { order: adasOrder.id, payment: adasPayment.id, method: adasMethod.id, session: adasSession.id };
      const nobodys = { order: UNKNOWN, payment: UNKNOWN, method: UNKNOWN, session: UNKNOWN };
      const answer = await send(shop, requestTo(hers), grace);
      expectProblem(answer, 404);
      const { type, title, detail } = JSON.parse(answer.text);
      const unknown = JSON.parse((await send(shop, requestTo(nobodys), grace)).text);
      expect({ type, title, detail }).toEqual({ type: unknown.type, title: unknown.title, detail: unknown.detail });
    });

    test('are in none of her lists', async () => {
      for (const [service, path] of [
        ['order', '/orders'],
        ['payment', `/payments?orderId=${adasOrder.id}`],
        ['payment', '/payments'],
        ['payment', '/payment-methods'],
      ] as const) {
        const { status, text } = await send(shop, ['GET', service, path], grace);
        expect([path, status, JSON.parse(text).items]).toEqual([path, 200, []]);
      }
    });

    test('cannot pay for her order', async () => {
      const { id } = await shop.client.placeOrder(grace, orderOf(adasMethod.id, ['LAMP', 1]), randomUUID());
      const ended = await orderWhen(shop.client, grace, id, ({ status }) => status === 'cancelled');
      expect(ended.reason).toBe('payment_declined');
      const [payment] = (await shop.client.payments(grace, id)).items;
      expect(payment?.failureReason).toBe('payment_method_not_found');
    });

    test('are unchanged', async () => {
      expect(await shop.client.order(ada, adasOrder.id)).toEqual(adasOrder);
      expect((await shop.client.payments(ada, adasOrder.id)).items).toEqual([adasPayment]);
      expect((await send(shop, ['GET', 'payment', `/payment-methods/${adasMethod.id}`], ada)).status).toBe(200);
      expect((await send(shop, ['GET', 'user', '/users/me'], ada)).status).toBe(200);
    });

    test('are open to staff, except for the payment method', async () => {
      expect((await send(shop, ['GET', 'order', `/orders/${adasOrder.id}`], shop.staff)).status).toBe(200);
      expect((await send(shop, ['GET', 'payment', `/payments/${adasPayment.id}`], shop.staff)).status).toBe(200);
      expectProblem(await send(shop, ['GET', 'payment', `/payment-methods/${adasMethod.id}`], shop.staff), 404);
    });
  });

  describe('what only staff may do is refused to a customer', () => {
    const price = { amount: 1, currency: 'EUR' };
    const requests: readonly (readonly [string, () => Request])[] = [
      ['a new product', () => ['POST', 'product', '/products', { title: 'Mine', variants: [{ sku: 'MINE', price }] }]],
      ['another title', () => ['PATCH', 'product', `/products/${draft.id}`, { title: 'Mine' }]],
      ['another price', () => ['PUT', 'product', `/products/${draft.id}/variants/SECRET`, { price }]],
      ['the end of a product', () => ['POST', 'product', `/products/${draft.id}/archive`]],
      ['a warehouse', () => ['POST', 'inventory', '/warehouses', { name: 'Mine', priority: 1 }]],
      ['the warehouses', () => ['GET', 'inventory', '/warehouses']],
      ['goods', () => ['POST', 'inventory', '/stock/LAMP/receipts', { warehouseId: UNKNOWN, quantity: 1 }]],
      ['the movements', () => ['GET', 'inventory', '/movements']],
      ['a reservation', () => ['GET', 'inventory', `/reservations/${adasOrder.id}`]],
      ["another's orders", () => ['GET', 'order', `/orders?userId=${adasOrder.userId}`]],
      ['a refund', () => ['POST', 'payment', `/payments/${adasPayment.id}/refunds`, { amount: price, reason: 'please' }]],
      ['the users', () => ['GET', 'user', '/users']],
      ['roles', () => ['PUT', 'user', `/users/${adasOrder.userId}/roles`, { roles: ['admin'] }]],
    ];

    test.each([...SERVICES])("the operator's routes of %s", async (service) => {
      for (const path of ['/ops/outbox', '/ops/counts', '/ops/parked', '/ops/dead-letters', '/ops/dead-letters/groups']) {
        expectProblem(await send(shop, ['GET', service, path], grace), 403);
      }
      const letter = `/ops/dead-letters/${UNKNOWN}`;
      for (const path of [`${letter}/try`, `${letter}/redrive`, `/ops/parked/${UNKNOWN}/retry`]) {
        expectProblem(await send(shop, ['POST', service, path], grace), 403);
      }
      expectProblem(await send(shop, ['POST', service, `${letter}/discard`, { reason: 'why not' }], grace), 403);
    });

    test.each(requests)('%s', async (_, request) => {
      expectProblem(await send(shop, request(), grace), 403);
      expectProblem(await send(shop, request()), 401);
    });

    test('a draft product is not found', async () => {
      expectProblem(await send(shop, ['GET', 'product', `/products/${draft.id}`], grace), 404);
      expectProblem(await send(shop, ['GET', 'product', `/products/${draft.id}`]), 404);
    });

    test('and an anonymous caller gets 401 before anything is said about the request', async () => {
      expectProblem(await send(shop, ['POST', 'order', '/orders', { nonsense: true }]), 401);
      expectProblem(await send(shop, ['POST', 'product', '/products', { shippingAddress: ADDRESS }], grace), 403);
    });

    test('afterwards nothing has changed and all promises hold', async () => {
      expect((await shop.client.stock('LAMP')).available).toBe(9);
      expect(await shop.client.product(shop.staff, draft.id)).toEqual(draft);
      expect(await shop.close()).toEqual([]);
    }, 120_000);
  });
});
