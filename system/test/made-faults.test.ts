import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { until } from '@souk/chassis/testing/until';
import type { Fault, Faults, MakeFault } from '@souk/contracts/http/ops';
import type { ServiceName } from '@souk/contracts/services';
import { newAccounts } from '../src/shop/embedded/accounts.ts';
import { embeddedShop } from '../src/shop/embedded/embedded-shop.ts';
import { embeddedGround } from './support/embedded-ground.ts';
import { type OpenShop, openShopOn } from './support/open-shop.ts';
import { orderOf, orderWhen, stockUp } from './support/ordering.ts';
import { answered, expectProblem, send } from './support/requests.ts';

describe('a shop that is broken on purpose', () => {
  const lines: string[] = [];
  let shop: OpenShop;
  let ada: string;
  let card: string;
  beforeAll(async () => {
    shop = await openShopOn(() => embeddedGround((line) => void lines.push(line)))();
    await stockUp(shop.client, shop.staff, { LAMP: [500] });
    ada = await shop.customer();
    card = (await shop.client.addPaymentMethod(ada, 'tok_ok')).id;
  }, 60_000);
  afterAll(() => shop[Symbol.asyncDispose]());

  const place = async () => (await shop.client.placeOrder(ada, orderOf(card, ['LAMP', 1]), randomUUID())).id;
  const completes = (id: string) => orderWhen(shop.client, ada, id, ({ status }) => status === 'completed', 20_000);
  const make = (service: ServiceName, fault: MakeFault) => answered<Fault>(shop, ['POST', service, '/ops/faults', fault], shop.staff);
  const end = (service: ServiceName, { id }: Fault) => send(shop, ['DELETE', service, `/ops/faults/${id}`], shop.staff);
  const faultsOf = (service: ServiceName) => answered<Faults>(shop, ['GET', service, '/ops/faults'], shop.staff);
  const answers = async (service: ServiceName) => (await fetch(`${shop.urls[service]}/livez`).catch(() => undefined))?.status === 200;

  test('lost messages come when the fault ends, and the order waits for them; a fault is logged, not each loss', async () => {
    const fault = await make('order', { kind: 'lose', topic: 'inventory.reserved', seconds: 60 });
    const logged = lines.length;
    const orders = await Promise.all(Array.from({ length: 20 }, place));
    const [first = ''] = orders;
    const reservation = () => shop.client.reservation(shop.staff, first).then(({ status }) => status === 'reserved', () => false);
    await until('the goods are reserved', reservation);
    expect((await shop.client.order(ada, first)).status).toBe('placed');
    expect(lines.slice(logged).filter((line) => /"level":"(?:warn|error)"/.test(line))).toEqual([]);
    expect((await end('order', fault)).status).toBe(204);
    for (const id of orders) await completes(id);
  }, 30_000);

  test('lost messages come by themselves when the time is over', async () => {
    await make('payment', { kind: 'lose', topic: 'order.ready_for_payment', seconds: 1 });
    await completes(await place());
    expect((await faultsOf('payment')).items).toEqual([]);
  }, 30_000);

  test('doubled messages have an effect once', async () => {
    const stock = (await shop.client.stock('LAMP')).available;
    const faults = [
      ['inventory', await make('inventory', { kind: 'double', topic: 'order.created', seconds: 60 })],
      ['order', await make('order', { kind: 'double', topic: 'payment.completed', seconds: 60 })],
      ['payment', await make('payment', { kind: 'double', topic: 'order.ready_for_payment', seconds: 60 })],
    ] as const;
    const id = await place();
    await completes(id);
    expect((await shop.client.stock('LAMP')).available).toBe(stock - 1);
    expect((await shop.client.payments(ada, id)).items).toHaveLength(1);
    for (const [service, fault] of faults) expect((await end(service, fault)).status).toBe(204);
  }, 30_000);

  test('delayed messages come later', async () => {
    const fault = await make('inventory', { kind: 'delay', topic: 'order.created', delayMs: 400, seconds: 60 });
    const placedAt = performance.now();
    await completes(await place());
    expect(performance.now() - placedAt).toBeGreaterThan(390);
    expect((await end('inventory', fault)).status).toBe(204);
  }, 30_000);

  test('cards are declined until the fault ends, and the goods are given back; refunds are made', async () => {
    const paid = await place();
    await completes(paid);
    const [payment] = (await shop.client.payments(ada, paid)).items;
    const stock = (await shop.client.stock('LAMP')).available;
    const fault = await make('payment', { kind: 'decline', seconds: 60 });
    const id = await place();
    expect(await orderWhen(shop.client, ada, id, ({ status }) => status === 'cancelled')).toMatchObject({ reason: 'payment_declined' });
    await until('the goods are back', async () => (await shop.client.stock('LAMP')).available === stock);
    const refund = { amount: { amount: 100, currency: 'EUR' }, reason: 'a scratch' };
    expect((await send(shop, ['POST', 'payment', `/payments/${payment?.id}/refunds`, refund], shop.staff)).status).toBe(202);
    expect((await end('payment', fault)).status).toBe(204);
    await completes(await place());
  }, 30_000);

  test.each(['inventory', 'payment', 'order', 'product', 'user'] as const)('%s stops after its answer, and starts again at the same address; orders wait for it', async (service) => {
    const id = service === 'order' ? undefined : await place();
    const { kind, until: endsAt } = await make(service, { kind: 'stop', seconds: 2 });
    expect(kind).toBe('stop');
    await until('it is gone', async () => !(await answers(service)));
    const during = service === 'order' ? undefined : await place();
    await until('it is back', () => answers(service), 15_000);
    expect(Date.now()).toBeGreaterThan(Date.parse(endsAt) - 100);
    for (const placed of [id, during, await place()]) if (placed !== undefined) await completes(placed);
    expect((await faultsOf(service)).items).toEqual([]);
  }, 60_000);

  test('a stopped service keeps its other faults', async () => {
    const kept = await make('inventory', { kind: 'double', topic: 'order.cancelled', seconds: 60 });
    await make('inventory', { kind: 'stop', seconds: 1 });
    await until('it is gone', async () => !(await answers('inventory')));
    await until('it is back', () => answers('inventory'), 15_000);
    expect((await faultsOf('inventory')).items).toEqual([kept]);
  }, 30_000);

  test('only staff may break it, and only the topics that a service reads', async () => {
    expectProblem(await send(shop, ['POST', 'order', '/ops/faults', { kind: 'stop', seconds: 1 }], ada), 403);
    expectProblem(await send(shop, ['GET', 'order', '/ops/faults'], ada), 403);
    expectProblem(await send(shop, ['POST', 'order', '/ops/faults', { kind: 'lose', topic: 'order.created', seconds: 1 }], shop.staff), 422);
    expectProblem(await send(shop, ['POST', 'order', '/ops/faults', { kind: 'decline', seconds: 1 }], shop.staff), 422);
  });

  test('and in the end all promises hold', async () => {
    expect(await shop.close()).toEqual([]);
  }, 60_000);
});

describe('a shop that stops while one of its services does', () => {
  test('stops at once, and starts again whole', async () => {
    using folder = temporaryFolder();
    const { admin } = newAccounts();
    const open = () => embeddedShop({ folder: folder.path, firstPort: 0, admin, logLevel: 'fatal', env: {} });
    const shop = open();
    await shop.start();
    const { user, payment, product } = shop.urls();
    const signedIn = await fetch(`${user}/sessions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(admin) });
    const { accessToken } = (await signedIn.json()) as { accessToken: string };
    const stop = (url: string) =>
      fetch(`${url}/ops/faults`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` }, body: JSON.stringify({ kind: 'stop', seconds: 300 }) });
    expect((await stop(payment)).status).toBe(201);
    await until('payment is gone', () => fetch(`${payment}/livez`).then(() => false, () => true));
    // This one has just begun to stop.
    expect((await stop(product)).status).toBe(201);
    const begunAt = performance.now();
    await shop.stop();
    expect(performance.now() - begunAt).toBeLessThan(5000);
    const again = open();
    await again.start();
    for (const url of Object.values(again.urls())) expect((await fetch(`${url}/readyz`)).status).toBe(200);
    await again.stop();
  }, 30_000);

  test('comes back when its port was taken meanwhile', async () => {
    using folder = temporaryFolder();
    const { admin } = newAccounts();
    const lines: string[] = [];
    const shop = embeddedShop({ folder: folder.path, firstPort: 0, admin, logLevel: 'warn', logTo: { write: (line) => void lines.push(line) }, env: {} });
    await shop.start();
    const { user, payment } = shop.urls();
    const signedIn = await fetch(`${user}/sessions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(admin) });
    const { accessToken } = (await signedIn.json()) as { accessToken: string };
    await fetch(`${payment}/ops/faults`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` }, body: JSON.stringify({ kind: 'stop', seconds: 1 }) });
    const port = Number(new URL(payment).port);
    const other = await until('its port is free', () => {
      try {
        return Bun.serve({ port, hostname: '127.0.0.1', reusePort: false, fetch: () => new Response(null, { status: 418 }) });
      } catch {
        return undefined;
      }
    });
    await until('it says so', () => lines.some((line) => line.includes('payment cannot start again')));
    await other.stop(true);
    await until('it is back', async () => (await fetch(`${payment}/readyz`).catch(() => undefined))?.status === 200);
    expect(lines.filter((line) => line.includes('payment cannot start again'))).toHaveLength(1);
    await shop.stop();
  }, 30_000);
});
