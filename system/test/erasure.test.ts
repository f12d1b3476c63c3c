import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { until } from '@souk/chassis/testing/until';
import { CancelOrder, type Order, PlaceOrder } from '@souk/contracts/http/order';
import { AddPaymentMethod, type Payment } from '@souk/contracts/http/payment';
import { CreateAddress, RegisterUser, type User } from '@souk/contracts/http/user';
import { TOPIC_NAMES } from '@souk/contracts/topics';
import { ask } from '../src/shop/ask.ts';
import { findings, keptRows } from './support/kept-rows.ts';
import { messagesOf } from './support/messages-of.ts';
import { onEveryEngine } from './support/on-every-engine.ts';
import { type OpenShop, PASSWORD } from './support/open-shop.ts';
import { personalFields } from './support/personal-fields.ts';
import { orderWhen, stockUp } from './support/ordering.ts';
import { answered, expectProblem, send } from './support/requests.ts';

/** Her money comes when she has left already. */
const ENV = { GATEWAY_TIMEOUT_S: '0.2', SIMULATOR_LATE_S: '4', ORDER_PAYMENT_TIMEOUT_S: '60' };

const EMAIL = `zerafina.${randomUUID()}@quillhaven.example`;
const ADDRESS = {
  name: 'Zerafina Quillhaven',
  line1: '7 Ospreymoor Lane',
  line2: 'Kestrelnest, third floor',
  city: 'Wrenbury-under-Larks',
  postalCode: 'ZX9-77QK',
  region: 'Dottershire',
  country: 'BS',
  phone: '+447700900551',
};
const NEW_NAME = 'Zerafina Featherstonehaugh';
const LABELS = ['my Quillhaven card', 'Aunt Ptarmigan'];
const ERASED = { name: 'erased', line1: 'erased', city: 'erased', country: ADDRESS.country };
const { country: _taxesGoByIt, ...personal } = ADDRESS;
const MARKERS = [EMAIL, NEW_NAME, 'Quillhaven', 'Ospreymoor', ...LABELS, ...Object.values(personal)];

interface Person {
  readonly id: string;
  readonly token: string;
  readonly refreshToken: string;
}

/** Somebody of whom every service keeps something. */
async function somebody(shop: OpenShop): Promise<Person> {
  const { id } = await shop.client.register(EMAIL, PASSWORD, ADDRESS.name);
  const { accessToken: token, refreshToken } = await shop.client.signIn(EMAIL, PASSWORD);
  const renamed = await send(shop, ['GET', 'user', '/users/me'], token);
  const { version } = JSON.parse(renamed.text) as User;
  const { status } = await ask(`${shop.urls.user}/users/me`, {
    method: 'PATCH',
    token,
    body: { name: NEW_NAME },
    headers: { 'if-match': `"${version}"` },
  });
  expect(status).toBe(200);
  await answered(shop, ['POST', 'user', '/users/me/addresses', ADDRESS], token);
  await answered(shop, ['POST', 'user', '/users/me/addresses', { ...ADDRESS, label: LABELS[1] }], token);
  return { id, token, refreshToken };
}

async function ordered(shop: OpenShop, token: string, card: string): Promise<Order> {
  const label = LABELS[0];
  const { id } = await answered<{ id: string }>(shop, ['POST', 'payment', '/payment-methods', { token: card, label }], token);
  const order = { items: [{ sku: 'LAMP', quantity: 2 }], shippingAddress: ADDRESS, paymentMethodId: id };
  return answered(shop, ['POST', 'order', '/orders', order], token);
}

test('the customer of this test fills in every field that the contracts mark as personal', () => {
  const asked = [RegisterUser, CreateAddress, AddPaymentMethod, PlaceOrder, CancelOrder].flatMap(personalFields);
  const given = [...Object.keys(personal), 'email', 'label', 'note'];
  expect([...new Set(asked)].toSorted()).toEqual(given.toSorted());
});

onEveryEngine('a deleted user', (openShop) => {
  let shop: OpenShop;
  let person: Person;
  let completed: Order;
  let cancelled: Order;
  let open: Order;
  let payments: readonly Payment[];

  const order = (id: string) => shop.client.order(shop.staff, id);
  const paymentsOf = async (id: string) => (await shop.client.payments(shop.staff, id)).items;

  async function left(): Promise<readonly string[]> {
    const topics = Map.groupBy(await messagesOf(shop.records, TOPIC_NAMES), ({ topic }) => topic);
    const log = [...topics].map(([topic, messages]) => keptRows(`log ${topic}`, messages));
    return findings([...(await shop.kept()), ...log], MARKERS);
  }

  beforeAll(async () => {
    shop = await openShop(ENV);
    await stockUp(shop.client, shop.staff, { LAMP: [20] });
    person = await somebody(shop);
    completed = await ordered(shop, person.token, 'tok_ok');
    cancelled = await ordered(shop, person.token, 'tok_ok');
    await orderWhen(shop.client, shop.staff, cancelled.id, ({ status }) => status === 'completed');
    await answered(shop, ['POST', 'order', `/orders/${cancelled.id}/cancellation`, { note: 'Uncle Quillhaven has one already' }], person.token);
    completed = await orderWhen(shop.client, shop.staff, completed.id, ({ status }) => status === 'completed');
    cancelled = await orderWhen(shop.client, shop.staff, cancelled.id, ({ paymentStatus }) => paymentStatus === 'refunded');
    open = await ordered(shop, person.token, 'tok_late_capture');
    await orderWhen(shop.client, shop.staff, open.id, ({ paymentStatus }) => paymentStatus === 'pending');
    payments = [...(await paymentsOf(completed.id)), ...(await paymentsOf(cancelled.id))];
    const before = new Set((await left()).map((finding) => finding.split(':')[0]));
    // What cannot be found while it is there cannot be missed afterwards.
    const places = ['user.users', 'payment.payment_methods', 'payment.kept_answers', 'order.orders'];
    for (const place of places) expect(before).toContain(place);
    // A placement that is repeated is answered from the order.
    for (const place of ['order.kept_answers', 'order.answer_keys']) expect(before).not.toContain(place);
    expect((await send(shop, ['DELETE', 'user', '/users/me', { password: PASSWORD }], person.token)).status).toBe(204);
  }, 120_000);
  afterAll(() => shop[Symbol.asyncDispose]());

  /** Everything found of them outside of these places, once it does not change any more. */
  async function leftBut(places: readonly string[]): Promise<readonly string[]> {
    const elsewhere = async () => (await left()).filter((finding) => !places.some((place) => finding.startsWith(`${place}:`)));
    await until('nothing else is left', async () => (await elsewhere()).length === 0, 20_000).catch(() => undefined);
    await shop.rest();
    return elsewhere();
  }

  test('is soon found nowhere, neither by name nor address nor e-mail nor label, except in the order that is to be delivered', async () => {
    expect(await leftBut(['order.orders'])).toEqual([]);
    expect((await order(completed.id)).shippingAddress).toEqual(ADDRESS);
    expect((await order(cancelled.id)).shippingAddress).toEqual(ERASED);
  }, 120_000);

  test('is not charged: an order whose charge was under way is cancelled and refunded', async () => {
    const { status, reason, paymentStatus, shippingAddress } = await orderWhen(shop.client, shop.staff, open.id, (it) => it.paymentStatus === 'refunded');
    expect({ status, reason, paymentStatus, shippingAddress }).toEqual({
      status: 'cancelled',
      reason: 'cancelled_by_customer',
      paymentStatus: 'refunded',
      shippingAddress: ERASED,
    });
  });

  test('still gets what was paid for, and is found nowhere after the last delivery', async () => {
    for (const { id } of completed.shipments) {
      const parcel = `/orders/${completed.id}/shipments/${id}`;
      const sent = await answered<Order>(shop, ['POST', 'order', `${parcel}/ship`, { carrier: 'DHL', trackingNumber: 'JJD1' }], shop.staff);
      expect(sent.shippingAddress).toEqual(ADDRESS);
      await answered(shop, ['POST', 'order', `${parcel}/deliver`], shop.staff);
    }
    expect(await leftBut([])).toEqual([]);
  }, 120_000);

  test('leaves goods, prices and money in the books', async () => {
    for (const was of [completed, cancelled]) {
      const { items, total, status, paymentStatus } = await order(was.id);
      expect({ items, total, status, paymentStatus }).toEqual({ items: was.items, total: was.total, status: was.status, paymentStatus: was.paymentStatus });
      expect((await order(was.id)).shippingAddress).toEqual(ERASED);
    }
    expect([...(await paymentsOf(completed.id)), ...(await paymentsOf(cancelled.id))]).toEqual([...payments]);
  });

  describe('has no access', () => {
    test('with the access token', async () => {
      for (const [service, path] of [['user', '/users/me'], ['order', '/orders'], ['payment', '/payment-methods']] as const) {
        expectProblem(await send(shop, ['GET', service, path], person.token), 401);
      }
      const more = { items: [{ sku: 'LAMP', quantity: 1 }], shippingAddress: ADDRESS, paymentMethodId: randomUUID() };
      expectProblem(await send(shop, ['POST', 'order', '/orders', more], person.token), 401);
      expectProblem(await send(shop, ['POST', 'payment', '/payment-methods', { token: 'tok_ok' }], person.token), 401);
      expectProblem(await send(shop, ['GET', 'inventory', '/movements'], person.token), 401);
      expectProblem(await send(shop, ['POST', 'product', '/products', {}], person.token), 401);
    });

    test('with the refresh token or the password', async () => {
      const { refreshToken } = person;
      expectProblem(await send(shop, ['POST', 'user', '/sessions/refresh', { refreshToken }]), 401);
      expectProblem(await send(shop, ['POST', 'user', '/sessions', { email: EMAIL, password: PASSWORD }]), 401);
    });
  });

  test('may register again with the same address, as a new user; and all promises hold', async () => {
    const again = await shop.client.register(EMAIL, PASSWORD, ADDRESS.name);
    expect(again.id).not.toBe(person.id);
    const { accessToken } = await shop.client.signIn(EMAIL, PASSWORD);
    expect(await answered<object>(shop, ['GET', 'order', '/orders'], accessToken)).toEqual({ items: [], nextCursor: null });
    expect(await answered<object>(shop, ['GET', 'payment', '/payment-methods'], accessToken)).toMatchObject({ items: [] });
    expect(await answered<object>(shop, ['GET', 'user', '/users/me/addresses'], accessToken)).toMatchObject({ items: [] });
    expect(await shop.close()).toEqual([]);
  }, 120_000);
});
