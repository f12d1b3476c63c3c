import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import type { Order } from '@souk/contracts/http/order';
import { messagesOf } from './support/messages-of.ts';
import { onEveryEngine } from './support/on-every-engine.ts';
import type { OpenShop } from './support/open-shop.ts';
import { orderOf, orderWhen, stockUp } from './support/ordering.ts';
import { answered, expectProblem, type Request, send } from './support/requests.ts';

const PARCEL = { carrier: 'DHL', trackingNumber: 'JJD000390' };

onEveryEngine('the parcels of an order', (openShop) => {
  let shop: OpenShop;
  let customer: string;

  /** An order that needs both warehouses, as soon as it is paid. */
  async function completed(): Promise<Order> {
    const { id: methodId } = await shop.client.addPaymentMethod(customer, 'tok_ok');
    const { id } = await shop.client.placeOrder(customer, orderOf(methodId, ['TABLE', 1], ['CHAIR', 2]), randomUUID());
    return orderWhen(shop.client, customer, id, ({ status }) => status === 'completed');
  }

  function parcelOf({ id, shipments }: Order, index: number) {
    const path = `/orders/${id}/shipments/${shipments[index]?.id}`;
    const ship: Request = ['POST', 'order', `${path}/ship`, PARCEL];
    const deliver: Request = ['POST', 'order', `${path}/deliver`];
    return { ship, deliver };
  }

  /** Of this order, in the order in which they were sent. */
  async function told(orderId: string): Promise<readonly string[]> {
    const messages = await messagesOf(shop.records, ['order.shipped', 'order.delivered']);
    const own = messages.filter(({ key }) => key === orderId);
    return own.map(({ topic, value }) => `${topic} ${JSON.parse(value).shipmentId}`).toSorted();
  }

  beforeAll(async () => {
    shop = await openShop();
    await stockUp(shop.client, shop.staff, { TABLE: [20, 0], CHAIR: [0, 40] });
    customer = await shop.customer();
  }, 120_000);
  afterAll(() => shop[Symbol.asyncDispose]());

  test('are shipped and delivered one by one, each once, and the timeline and the log show all of it', async () => {
    const order = await completed();
    expect(order.shipments.map(({ status, carrier }) => [status, carrier])).toEqual([['pending', null], ['pending', null]]);
    const [first, second] = [parcelOf(order, 0), parcelOf(order, 1)];
    expectProblem(await send(shop, first.deliver, shop.staff), 409);
    for (const step of [first.ship, first.ship, second.ship, first.deliver, first.deliver]) await answered(shop, step, shop.staff);
    const { status, shipments } = await shop.client.order(customer, order.id);
    expect(status).toBe('completed');
    expect(shipments).toMatchObject([{ status: 'delivered', ...PARCEL }, { status: 'shipped', ...PARCEL }]);

    const { items } = await shop.client.timeline(customer, order.id);
    expect(items.map(({ seq }) => seq)).toEqual(items.map((_, index) => index + 1));
    const afterwards = items.slice(items.findIndex(({ name }) => name === 'order.completed') + 1);
    expect(afterwards.map(({ name }) => name)).toEqual(
      ['ship', 'order.shipped', 'ship', 'order.shipped', 'deliver', 'order.delivered'],
    );
    await shop.rest();
    const [one = '', two = ''] = order.shipments.map(({ id }) => id);
    expect(await told(order.id)).toEqual(
      [`order.shipped ${one}`, `order.shipped ${two}`, `order.delivered ${one}`].toSorted(),
    );
  }, 120_000);

  test('cannot be called back once one of them has left: the order is not cancelled, money and goods stay where they are', async () => {
    const order = await completed();
    await answered(shop, parcelOf(order, 1).ship, shop.staff);
    const stock = await shop.client.stock('TABLE');
    for (const who of [customer, shop.staff]) {
      expectProblem(await send(shop, ['POST', 'order', `/orders/${order.id}/cancellation`], who), 409);
    }
    await shop.rest();
    expect(await shop.client.order(customer, order.id)).toMatchObject({ status: 'completed', paymentStatus: 'paid' });
    expect(await shop.client.stock('TABLE')).toEqual(stock);
  }, 120_000);

  test('are gone with an order that was cancelled before they left', async () => {
    const order = await completed();
    await shop.client.cancel(customer, order.id);
    expectProblem(await send(shop, parcelOf(order, 0).ship, shop.staff), 409);
    await shop.rest();
    expect(await shop.client.order(customer, order.id)).toMatchObject({ shipments: [], paymentStatus: 'refunded' });
    expect(await told(order.id)).toEqual([]);
  }, 120_000);

  test('are either shipped or cancelled when both are asked for at once', async () => {
    const orders = await Promise.all(Array.from({ length: 6 }, completed));
    await Promise.all(
      orders.flatMap((order) => [
        send(shop, parcelOf(order, 0).ship, shop.staff),
        send(shop, ['POST', 'order', `/orders/${order.id}/cancellation`], customer),
      ]),
    );
    await shop.rest();
    for (const { id } of orders) {
      const { status, shipments } = await shop.client.order(customer, id);
      expect([status, shipments.map((parcel) => parcel.status)]).toEqual(
        status === 'completed' ? ['completed', ['shipped', 'pending']] : ['cancelled', []],
      );
    }
    expect(await shop.close()).toEqual([]);
  }, 120_000);
});
