import { expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { until } from '@souk/chassis/testing/until';
import { embeddedGround } from './support/embedded-ground.ts';
import { message } from './support/events.ts';
import { openShopOn } from './support/open-shop.ts';
import { ADDRESS, orderOf, orderWhen, PRICE, stockUp } from './support/ordering.ts';

interface Line {
  readonly level: string;
  readonly service: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

test("one search by an order's id finds every line about it in all services, by the fields that documents name, and no personal data", async () => {
  const lines: string[] = [];
  await using shop = await openShopOn(() => embeddedGround((line) => void lines.push(line)))();
  await stockUp(shop.client, shop.staff, { LAMP: [9] });
  const customer = await shop.customer();
  const { id: method } = await shop.client.addPaymentMethod(customer, 'tok_flaky');
  await shop.execute('inventory', "create trigger broken before insert on reservations begin select raise(abort, 'broken on purpose'); end");
  const { id: orderId } = await shop.client.placeOrder(customer, orderOf(method, ['LAMP', 2]), randomUUID());
  const found = () => lines.filter((line) => line.includes(orderId)).map((line) => JSON.parse(line) as Line);
  await until('three tries have failed', () => found().some(({ msg, outcome }) => msg === 'message settled' && outcome === 'failed'));
  await shop.execute('inventory', 'drop trigger broken');
  await orderWhen(shop.client, customer, orderId, ({ status }) => status === 'completed', 30_000);

  const [payment] = (await shop.client.payments(shop.staff, orderId)).items;
  const refund = { token: shop.staff, body: { amount: { ...PRICE, amount: 1 }, reason: 'a scratch' }, headers: { 'idempotency-key': randomUUID() } };
  const ask = (service: 'payment' | 'inventory', path: string, { token, body, headers = {} }: { token: string; body?: object; headers?: object }) =>
    fetch(`${shop.urls[service]}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  expect((await ask('payment', `/payments/${payment?.id}/refunds`, refund)).status).toBe(202);
  expect((await ask('inventory', `/movements?orderId=${orderId}`, { token: shop.staff })).status).toBe(200);
  const wrong = { orderId, paymentId: randomUUID(), amount: { ...PRICE, amount: 1 }, capturedAt: new Date().toISOString() };
  await shop.hears([message('payment.completed', orderId, wrong)]);
  const [letter] = await until('a dead letter', async () => {
    const { items } = await shop.client.deadLetters('order', shop.staff);
    return items.length > 0 && items;
  });
  await shop.client.discard('order', shop.staff, letter?.id ?? '', 'made up');
  await shop.rest();

  const told = found();
  const has = (service: string, level: string, msg: string, fields: object) =>
    expect(told).toContainEqual(expect.objectContaining({ service, level, msg, ...fields }));
  const ids = { key: orderId, messageId: expect.any(String), traceId: expect.stringMatching(/^[0-9a-f]{32}$/) };
  has('order', 'info', 'request', { method: 'POST', route: '/orders', location: `/orders/${orderId}` });
  for (const attempt of [1, 2, 3]) has('inventory', 'error', 'a message failed', { ...ids, topic: 'order.created', attempt });
  has('inventory', 'debug', 'message settled', { ...ids, topic: 'order.created', outcome: 'handled' });
  has('payment', 'debug', 'message settled', { ...ids, topic: 'order.ready_for_payment', outcome: 'handled' });
  has('payment', 'error', 'gateway call left open', { orderId });
  has('payment', 'info', 'request', { route: '/payments', orderId });
  has('payment', 'info', 'request', { route: '/payments/:id/refunds', orderId });
  has('inventory', 'info', 'request', { route: '/movements', orderId });
  has('order', 'error', 'a message is a dead letter now', { key: orderId, topic: 'payment.completed', outcome: 'anomaly', err: letter?.cause });
  has('order', 'info', 'request', { route: '/ops/dead-letters/:id/discard', key: orderId });
  for (const topic of ['order.created', 'order.completed']) has('order', 'debug', 'event is in the log, or set aside', { ...ids, topic });

  // Whatever belongs to its events or to the trace of its request is found by its id as well.
  const [placed] = told.filter(({ route, method: verb }) => route === '/orders' && verb === 'POST');
  const { items: entries } = await shop.client.timeline(customer, orderId);
  const belonging = [placed?.['traceId'], ...entries.map(({ eventId }) => eventId)].map(String);
  const missed = lines.filter((line) => belonging.some((id) => line.includes(id)) && !line.includes(orderId));
  expect(missed).toEqual([]);
  expect(lines.filter((line) => !/"level":"(debug|info|warn|error)"/.test(line))).toEqual([]);
  for (const personal of [ADDRESS.name, ADDRESS.line1, '@souk.example', 'a scratch']) expect(lines.filter((line) => line.includes(personal))).toEqual([]);
  await shop.close();
}, 120_000);
