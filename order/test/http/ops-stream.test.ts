import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { type ReadEvents, readEvents } from '@souk/chassis/testing/read-events';
import { until } from '@souk/chassis/testing/until';
import { type Deliveries, type HistoryPage, StreamCommitted, StreamOpened } from '@souk/contracts/http/ops';
import { Value } from '@sinclair/typebox/value';
import { message } from '../messages.ts';
import { type RunningService, runOrderService } from '../running-service.ts';

let shop: RunningService;
let customer: string;
let staff: string;

beforeAll(async () => {
  shop = await runOrderService();
  customer = await shop.customer();
  staff = await shop.customer(undefined, ['customer', 'staff']);
  await shop.onSale({ MUG: 1000 });
});
afterAll(() => shop.close());

const open = (as: string, { method = 'GET', lastEventId }: { method?: string; lastEventId?: string } = {}) =>
  fetch(`${shop.url}/ops/stream`, { method, headers: { authorization: as, ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) } });

async function read(as = staff, lastEventId?: string): Promise<ReadEvents> {
  const response = await open(as, lastEventId === undefined ? {} : { lastEventId });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  return readEvents(response);
}

const entriesOf = ({ events }: ReadEvents) => events.flatMap(({ name, data }) => (name === 'committed' ? Value.Parse(StreamCommitted, data).entries : []));
const movesOf = (reading: ReadEvents, id: string) => entriesOf(reading).flatMap(({ stream, to }) => (stream === id && to !== null ? [to] : []));

describe('GET /ops/stream', () => {
  test('tells of every order as it goes, within a moment', async () => {
    const reading = await read();
    await until('it is open', () => reading.events.length === 1);
    expect(Value.Parse(StreamOpened, reading.events[0]?.data)).toMatchObject({ service: 'order', missed: false });
    const { id } = (await shop.place(customer)).body;
    const placedAt = performance.now();
    await until('it is told', () => movesOf(reading, id).length === 1);
    expect(performance.now() - placedAt).toBeLessThan(1000);
    await shop.reserved(id);
    await shop.paid(id);
    await until('its end is told', () => movesOf(reading, id).length === 3);
    expect(movesOf(reading, id)).toEqual(['placed', 'awaiting_payment', 'completed']);
    expect(entriesOf(reading).filter(({ stream }) => stream === id)[0]).toMatchObject({ lane: 'order-test', name: 'order.created', published: true, key: id, version: 1, from: null, reason: null });
    await reading.leave();
  });

  test('goes on where a reader left it, and shows nothing of what a customer wrote', async () => {
    const first = await read();
    await until('it is open', () => first.events.length === 1);
    await first.leave();
    const { id } = (await shop.place(customer)).body;
    await shop.ask('POST', `/orders/${id}/cancellation`, { as: customer, body: { note: 'Ada changed her mind' } });
    const again = await read(staff, first.lastId);
    await until('both are told', () => movesOf(again, id).length === 2);
    expect(again.text).not.toContain('Ada');
    await again.leave();
  });

  test('is for staff', async () => {
    expect([(await open(customer)).status, (await fetch(`${shop.url}/ops/stream`)).status]).toEqual([403, 401]);
  });

  test('is not opened by HEAD', async () => {
    const who = await shop.customer(undefined, ['staff']);
    for (let asked = 0; asked < 25; asked += 1) expect((await open(who, { method: 'HEAD' })).status).toBe(200);
    await (await read(who)).leave();
  });

  test('is refused to one who reads twenty, until one of them is closed', async () => {
    const who = await shop.customer(undefined, ['staff']);
    const readings = await Promise.all(Array.from({ length: 20 }, () => read(who)));
    const refused = await open(who);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5']);
    await readings[0]?.leave();
    await until('there is room', async () => {
      const next = await open(who);
      await next.body?.cancel();
      return next.status === 200;
    });
    for (const reading of readings) await reading.leave();
  });

  test('ends within a second of the end of access', async () => {
    const userId = Bun.randomUUIDv7();
    const reading = await read(await shop.customer(userId, ['staff']));
    await shop.tell(message('user.access_changed', userId, { userId, changedAt: new Date().toISOString(), generation: 99 }));
    const toldAt = performance.now();
    await until('it is over', () => reading.isOver);
    expect(performance.now() - toldAt).toBeLessThan(1000);
  });
});

test('GET /ops/history and GET /ops/deliveries show what was sent for an order, and what came', async () => {
  const { id } = (await shop.place(customer)).body;
  await shop.reserved(id);
  await shop.paid(id);
  const { items } = (await shop.ask<HistoryPage>('GET', `/ops/history?stream=${id}`, { as: staff })).body;
  expect(items.map(({ name, from, to }) => [name, from, to])).toEqual([
    ['order.created', null, 'placed'],
    ['order.ready_for_payment', 'placed', 'awaiting_payment'],
    ['order.completed', 'awaiting_payment', 'completed'],
  ]);
  expect(items.map(({ message: sent }) => sent?.topic)).toEqual(items.map(({ name }) => name));
  const came = (await shop.ask<Deliveries>('GET', `/ops/deliveries?key=${id}`, { as: staff })).body;
  expect(came.items.map(({ topic, deliveries, outcomes }) => [topic, deliveries, outcomes.map(({ outcome }) => outcome)])).toEqual([
    ['inventory.reserved', 1, ['applied']],
    ['payment.completed', 1, ['applied']],
  ]);
});

test('streams of what is committed do not delay a stop', async () => {
  const stopping = await runOrderService();
  const as = await stopping.customer(undefined, ['staff']);
  const readings = await Promise.all(Array.from({ length: 3 }, async () => readEvents(await fetch(`${stopping.url}/ops/stream`, { headers: { authorization: as } }))));
  const startedAt = performance.now();
  await stopping.close();
  expect(performance.now() - startedAt).toBeLessThan(2000);
  await until('all are over', () => readings.every(({ isOver }) => isOver));
});
