import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { until } from '@souk/chassis/testing/until';
import type { OrderStatusEvent, TimelineEntry } from '@souk/contracts/http/order';
import { message } from '../messages.ts';
import { NORTH } from '../orders.ts';
import { type RunningService, runOrderService } from '../running-service.ts';
import { put, settle } from '../storage/settle.ts';

let shop: RunningService;
let customer: string;

beforeAll(async () => {
  shop = await runOrderService();
  customer = await shop.customer();
  await shop.onSale({ MUG: 1000 });
});
afterAll(() => shop.close());

interface Reading {
  readonly status: number;
  readonly headers: Headers;
  text: string;
  isOver: boolean;
  stop(): void;
}

/** Reads a stream in the background. */
async function read(id: string, lastEventId?: string, as: string = customer): Promise<Reading> {
  const leave = new AbortController();
  const response = await fetch(`${shop.url}/orders/${id}/stream`, {
    headers: { authorization: as, ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) },
    signal: leave.signal,
  });
  const { status, headers, body } = response;
  const reading: Reading = { status, headers, text: '', isOver: false, stop: () => leave.abort() };
  const pump = async () => {
    const decoder = new TextDecoder();
    for await (const chunk of body ?? []) reading.text += decoder.decode(chunk, { stream: true });
  };
  void pump()
    // Who has left hears of it as an error.
    .catch(() => undefined)
    .finally(() => (reading.isOver = true));
  return reading;
}

function eventsOf({ text }: Reading): OrderStatusEvent[] {
  return [...text.matchAll(/event: status\nid: (\d+)\ndata: (.*)\n\n/g)].map(([, id, data = '']) => {
    const event: OrderStatusEvent = JSON.parse(data);
    expect(String(event.seq)).toBe(id ?? '');
    return event;
  });
}

const statesOf = (stream: Reading) => eventsOf(stream).map(({ status }) => status);

describe('GET /orders/{id}/stream', () => {
  test('sends every state as it is entered and ends with the order', async () => {
    const { id } = (await shop.place(customer)).body;
    const stream = await read(id);
    expect([stream.status, stream.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
    await until('placed', () => statesOf(stream).length === 1);
    await shop.reserved(id);
    await until('awaiting payment', () => statesOf(stream).length === 2);
    expect(stream.isOver).toBe(false);
    await shop.paid(id);
    await until('end', () => stream.isOver);
    expect(eventsOf(stream)).toMatchObject([
      { orderId: id, status: 'placed', reason: null, paymentStatus: 'none' },
      { orderId: id, status: 'awaiting_payment', reason: null, paymentStatus: 'pending' },
      { orderId: id, status: 'completed', reason: null, paymentStatus: 'paid' },
    ]);
    const { body } = await shop.ask<{ items: TimelineEntry[] }>('GET', `/orders/${id}/timeline`, { as: customer });
    const moves = body.items.filter(({ to }) => to !== null).map(({ seq, at, to }) => `${seq} ${at} ${to}`);
    expect(eventsOf(stream).map(({ seq, at, status }) => `${seq} ${at} ${status}`)).toEqual(moves);
  });

  test('resumes after the last event that was read, whatever happened meanwhile', async () => {
    const { id } = (await shop.place(customer)).body;
    const first = await read(id);
    await until('placed', () => statesOf(first).length === 1);
    first.stop();
    await shop.reserved(id);
    await shop.paid(id);
    const again = await read(id, String(eventsOf(first)[0]?.seq));
    await until('end', () => again.isOver);
    expect(statesOf(again)).toEqual(['awaiting_payment', 'completed']);
    expect((await read(id, String(eventsOf(again)[1]?.seq))).status).toBe(204);
    const whole = await read(id, 'nonsense');
    await until('end', () => whole.isOver);
    expect(statesOf(whole)).toEqual(['placed', 'awaiting_payment', 'completed']);
  });

  test.each(['999', '9007199254740993', '99999999999999999999', '-1', '1.5', '1e3', '0x1', 'three'])(
    'begins at the beginning for the Last-Event-ID %s, whether the order has ended or not',
    async (lastEventId) => {
      const { id } = (await shop.place(customer)).body;
      const stream = await read(id, lastEventId);
      await until('placed', () => statesOf(stream).length === 1);
      await shop.ask('POST', `/orders/${id}/cancellation`, { as: customer });
      await until('end', () => stream.isOver);
      expect(statesOf(stream)).toEqual(['placed', 'cancelled']);
      const late = await read(id, lastEventId);
      expect(late.status).toBe(200);
      await until('end', () => late.isOver);
      expect(statesOf(late)).toEqual(['placed', 'cancelled']);
    },
  );

  test('says why an order was cancelled', async () => {
    const { id } = (await shop.place(customer)).body;
    const stream = await read(id);
    await shop.ask('POST', `/orders/${id}/cancellation`, { as: customer });
    await until('end', () => stream.isOver);
    const reason = 'cancelled_by_customer';
    expect(eventsOf(stream).at(-1)).toMatchObject({ status: 'cancelled', reason, paymentStatus: 'none' });
  });

  test('sends what another process has committed', async () => {
    const { id } = (await shop.place(customer)).body;
    const stream = await read(id);
    await until('placed', () => statesOf(stream).length === 1);
    const order = await shop.reaches(id, 'placed');
    const reason = 'inventory_timeout';
    const after = { ...order, status: 'cancelled', reason, deadlineAt: null, version: 2 } as const;
    const context = { from: 'placed', to: 'cancelled', reason, cause: { name: 'deadline' } };
    // From a lane of its own: the writer of this process is told nothing.
    const note = { note: 'given up elsewhere', key: id, stream: id, version: 2, context };
    await settle(shop.store, [put({ orders: [after] }, [note])]);
    await until('end', () => stream.isOver);
    expect(eventsOf(stream).at(-1)).toMatchObject({ status: 'cancelled', reason });
  });

  test('is for its owner and staff', async () => {
    const { id } = (await shop.place(customer)).body;
    expect((await read(id, undefined, await shop.customer())).status).toBe(404);
    expect((await read(NORTH)).status).toBe(404);
    expect((await shop.ask('GET', `/orders/${id}/stream`)).status).toBe(401);
    const staff = await read(id, undefined, await shop.customer(undefined, ['customer', 'staff']));
    expect(staff.status).toBe(200);
    staff.stop();
  });

  test('ends when the access of its reader ends: nothing more is sent', async () => {
    const userId = Bun.randomUUIDv7();
    const staff = await shop.customer(userId, ['customer', 'staff']);
    const { id } = (await shop.place(customer)).body;
    const [watching, own] = [await read(id, undefined, staff), await read(id)];
    await until('placed', () => statesOf(watching).length === 1);
    await shop.tell(message('user.access_changed', userId, { userId, changedAt: new Date().toISOString(), generation: 99 }));
    await until('end', () => watching.isOver);
    expect((await read(id, '1', staff)).status).toBe(401);
    await shop.ask('POST', `/orders/${id}/cancellation`, { as: customer });
    await until('the end of the order', () => own.isOver);
    expect([statesOf(watching), statesOf(own)]).toEqual([['placed'], ['placed', 'cancelled']]);
  });

  test('is refused to a customer who has ten open, until one of them is closed', async () => {
    const who = await shop.customer();
    const { id } = (await shop.place(who)).body;
    const streams = await Promise.all(Array.from({ length: 10 }, () => read(id, undefined, who)));
    expect(streams.map(({ status }) => status)).toEqual(streams.map(() => 200));
    const refused = await read(id, undefined, who);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5']);
    streams[0]?.stop();
    await until('room', async () => {
      const next = await read(id, undefined, who);
      next.stop();
      return next.status === 200;
    });
    for (const stream of streams) stream.stop();
  });

  test('is not opened by HEAD', async () => {
    const who = await shop.customer();
    const { id } = (await shop.place(who)).body;
    const head = { method: 'HEAD', headers: { authorization: who } };
    for (let asked = 0; asked < 12; asked += 1) {
      expect((await fetch(`${shop.url}/orders/${id}/stream`, head)).status).toBe(200);
    }
    const stream = await read(id, undefined, who);
    expect(stream.status).toBe(200);
    stream.stop();
  });
});

test('open streams end at once when the service stops', async () => {
  const stopping = await runOrderService();
  const who = await stopping.customer();
  await stopping.onSale({ MUG: 1000 });
  const { id } = (await stopping.place(who)).body;
  const response = await fetch(`${stopping.url}/orders/${id}/stream`, { headers: { authorization: who } });
  const text = response.text();
  await stopping.close();
  expect(await text).toContain('"status":"placed"');
});
