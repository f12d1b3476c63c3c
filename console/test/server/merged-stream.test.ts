import { afterEach, describe, expect, test } from 'bun:test';
import { until } from '@souk/chassis/testing/until';
import { SERVICES } from '@souk/contracts/services';
import { eventReader, type SentEvent } from '../../src/server/read-events.ts';
import { eventId, positionsIn } from '../../src/server/positions.ts';
import { type Browser, codeOf, type RunningConsole, runningConsole } from './running-console.ts';

let running: RunningConsole | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

interface Reading {
  readonly events: (SentEvent & { readonly value: Record<string, unknown> })[];
  readonly lastId: () => string;
  readonly ended: () => boolean;
  stop(): void;
}

async function opened(browser: Browser, lastEventId?: string): Promise<Reading> {
  const ending = new AbortController();
  const answer = await browser.ask('GET', '/api/stream', { signal: ending.signal, ...(lastEventId !== undefined && { headers: { 'last-event-id': lastEventId } }) });
  expect(answer.status).toBe(200);
  const events: Reading['events'] = [];
  let isOver = false;
  const reader = eventReader();
  const readAll = async (): Promise<void> => {
    try {
      for await (const chunk of answer.body ?? []) for (const event of reader(chunk)) events.push({ ...event, value: JSON.parse(event.data) as Record<string, unknown> });
    } catch (error) {
      if (!ending.signal.aborted) throw error;
    }
    isOver = true;
  };
  void readAll();
  return { events, lastId: () => events.at(-1)?.id ?? '', ended: () => isOver, stop: () => ending.abort() };
}

const named = ({ events }: Reading, name: string) => events.filter((event) => event.name === name);
const seqs = (reading: Reading, service: string) =>
  named(reading, 'committed')
    .filter(({ value }) => value['service'] === service)
    .flatMap(({ value }) => (value['entries'] as { seq: number }[]).map(({ seq }) => seq));

async function signedIn(): Promise<{ readonly running: RunningConsole; readonly browser: Browser }> {
  running = await runningConsole();
  const browser = running.browser();
  await browser.signIn();
  return { running, browser };
}

describe('the stream of all services', () => {
  test('opens with all of them and tells what each commits', async () => {
    const { browser, running: { shop } } = await signedIn();
    const reading = await opened(browser);
    await until('all to open', () => named(reading, 'open').length === 5);
    expect(new Set(named(reading, 'open').map(({ value }) => value['service']))).toEqual(new Set(SERVICES));
    for (const service of SERVICES) shop.commit(service, 2);
    await until('all commits', () => SERVICES.every((service) => seqs(reading, service).length === 2));
    expect(Object.keys(positionsIn(reading.lastId())).toSorted()).toEqual([...SERVICES].toSorted());
  });

  test('goes on where it broke off: nothing is missed or doubled after 20 losses', async () => {
    const { browser, running: { shop } } = await signedIn();
    const told: Record<string, number[]> = { order: [], payment: [] };
    let reading = await opened(browser);
    await until('all to open', () => named(reading, 'open').length === 5);
    for (let loss = 0; loss < 20; loss += 1) {
      shop.commit('order', 3);
      if (loss % 2 === 0) shop.commit('payment', 1);
      const seen = reading;
      if (loss % 3 === 0) await until('an event', () => named(seen, 'committed').length > 0);
      reading.stop();
      for (const service of ['order', 'payment']) told[service]?.push(...seqs(reading, service));
      shop.commit('order', 2);
      reading = await opened(browser, reading.lastId());
      const again = reading;
      await until('all to open', () => named(again, 'open').length === 5);
    }
    await until('the last order', () => seqs(reading, 'order').at(-1) === 100);
    for (const service of ['order', 'payment']) told[service]?.push(...seqs(reading, service));
    expect(told['order']).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
    expect(told['payment']).toEqual(Array.from({ length: 10 }, (_, at) => at + 1));
    expect(named(reading, 'open').every(({ value }) => value['missed'] === false)).toBe(true);
  });

  test('says which service is lost and when it is back, and then what was committed meanwhile', async () => {
    const { browser, running: { shop } } = await signedIn();
    const reading = await opened(browser);
    await until('all to open', () => named(reading, 'open').length === 5);
    shop.away('order', true);
    shop.cut('order');
    await until('the loss', () => named(reading, 'link').length === 1, 1000);
    expect(named(reading, 'link')[0]?.value).toEqual({ service: 'order', up: false, at: expect.any(String) });
    shop.commit('order', 3);
    shop.commit('payment', 1);
    await until('the others', () => seqs(reading, 'payment').length === 1);
    shop.away('order', false);
    await until('the return', () => named(reading, 'link').length === 2);
    expect(named(reading, 'link')[1]?.value).toMatchObject({ service: 'order', up: true });
    await until('what was committed', () => seqs(reading, 'order').length === 3);
    expect(seqs(reading, 'order')).toEqual([1, 2, 3]);
  });

  test('says within 6 s that a service is silent', async () => {
    const { browser, running: { shop } } = await signedIn();
    const reading = await opened(browser);
    await until('all to open', () => named(reading, 'open').length === 5);
    const since = performance.now();
    shop.freeze('user');
    await until('the loss', () => named(reading, 'link').length > 0, 7000);
    expect(performance.now() - since).toBeLessThan(6500);
    expect(named(reading, 'link')[0]?.value).toMatchObject({ service: 'user', up: false });
  }, 15_000);

  test('of a service that was never there, something may be missed', async () => {
    const { browser, running: { shop } } = await signedIn();
    shop.away('product', true);
    const reading = await opened(browser);
    await until('the others to open', () => named(reading, 'open').length === 4 && named(reading, 'link').length === 1);
    shop.commit('product', 4);
    shop.away('product', false);
    await until('the last to open', () => named(reading, 'open').length === 5);
    expect(named(reading, 'open').at(-1)?.value).toMatchObject({ service: 'product', missed: true });
  });

  test('goes on with a new token when the old one has expired', async () => {
    const { browser, running: { shop } } = await signedIn();
    const reading = await opened(browser);
    await until('all to open', () => named(reading, 'open').length === 5);
    shop.expireTokens();
    for (const service of SERVICES) shop.cut(service);
    await until('all to open again', () => named(reading, 'open').length === 10);
    expect(shop.refreshes).toBe(1);
    expect(reading.ended()).toBe(false);
  });

  test('closes its streams at the services with its reader', async () => {
    const { browser, running: { shop } } = await signedIn();
    const reading = await opened(browser);
    await until('five streams', () => shop.streams() === 5);
    reading.stop();
    await until('no streams', () => shop.streams() === 0);
  });

  test('is 20 streams to a session, and no more', async () => {
    const { browser, running: { browser: another } } = await signedIn();
    const readings = await Promise.all(Array.from({ length: 20 }, () => opened(browser)));
    expect(await codeOf(await browser.ask('GET', '/api/stream'))).toBe('429 too-many-requests');
    const other = another();
    await other.signIn();
    expect((await opened(other)).ended()).toBe(false);
    readings[0]?.stop();
    await until('a place', async () => {
      const answer = await browser.ask('GET', '/api/stream');
      await answer.body?.cancel();
      return answer.status === 200;
    });
  });
});

describe('positions', () => {
  test('come back as they were', () => {
    const positions = { product: 'a:1;b=2', order: 'order-1:77', user: 'ä' };
    expect(positionsIn(eventId({ product: positions.product, order: positions.order }))).toEqual({ product: 'a:1;b=2', order: 'order-1:77' });
    expect(eventId({ product: 'a:1;b=2' })).toBe('product=a%3A1%3Bb%3D2');
  });

  test.each(['', 'nonsense', 'gateway=1', 'order', 'order=', 'order=%zz', 'order=a%0d%0aX-Evil:%201', 'order=%00', `order=${'1'.repeat(5000)}`, '__proto__=1', 'order=ä'])('%j holds none', (id) => {
    expect(positionsIn(id)).toEqual({});
  });
});

describe('server-sent events', () => {
  test('are read in pieces of any size', () => {
    const text = ': hello\n\nevent: open\nid: 1\ndata: {"a":"ä"}\n\nid: 2\ndata: x\ndata: y\n\nevent:z\r\ndata:1\r\n\r\n';
    for (const size of [1, 2, 3, 7, 1000]) {
      const read = eventReader();
      const bytes = new TextEncoder().encode(text);
      const events: SentEvent[] = [];
      for (let at = 0; at < bytes.length; at += size) events.push(...read(bytes.subarray(at, at + size)));
      expect(events[0]).toEqual({ name: 'open', id: '1', data: '{"a":"ä"}' });
      expect(events.at(-1)).toEqual({ name: 'z', id: undefined, data: '1' });
    }
  });

  test('have an end', () => {
    const read = eventReader();
    expect(() => {
      for (let pieces = 0; pieces < 200; pieces += 1) read(new TextEncoder().encode('x'.repeat(10_000)));
    }).toThrow(/more than/);
  });
});
