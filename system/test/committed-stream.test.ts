import { afterAll, beforeAll, expect, test } from 'bun:test';
import { randomUUID } from 'node:crypto';
import { type ReadEvents, readEvents } from '@souk/chassis/testing/read-events';
import { until } from '@souk/chassis/testing/until';
import type { CommittedEvent, StreamCommitted } from '@souk/contracts/http/ops';
import { SERVICES, type ServiceName } from '@souk/contracts/services';
import { onEveryEngine } from './support/on-every-engine.ts';
import type { OpenShop } from './support/open-shop.ts';
import { orderOf, stockUp } from './support/ordering.ts';
import { expectProblem, send } from './support/requests.ts';

const LOSSES = 20;
/** Services that take part in an order. */
const SAGA = ['order', 'inventory', 'payment'] as const;

onEveryEngine('the stream of what a service commits', (openShop) => {
  let shop: OpenShop;
  let customer: string;
  const placed: string[] = [];
  beforeAll(async () => {
    shop = await openShop({});
    await stockUp(shop.client, shop.staff, { LAMP: [200] });
    customer = await shop.customer();
  }, 120_000);
  afterAll(() => shop[Symbol.asyncDispose]());

  async function read(service: ServiceName, lastEventId?: string): Promise<ReadEvents> {
    const headers = { authorization: `Bearer ${shop.staff}`, ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) };
    const reading = readEvents(await fetch(`${shop.urls[service]}/ops/stream`, { headers }));
    await until('it is open', () => reading.events.length > 0);
    expect(reading.events[0]).toMatchObject({ name: 'open', data: { service, missed: false } });
    return reading;
  }

  const entriesOf = ({ events }: ReadEvents): CommittedEvent[] => events.flatMap(({ name, data }) => (name === 'committed' ? (data as StreamCommitted).entries : []));

  test(`tells of all orders over ${LOSSES} lost connections, without an entry that is missing or comes twice`, async () => {
    const method = await shop.client.addPaymentMethod(customer, 'tok_ok');
    const seen = new Map<ServiceName, CommittedEvent[]>(SAGA.map((service) => [service, []]));
    let readings = await Promise.all(SAGA.map((service) => read(service)));
    for (let loss = 0; loss < LOSSES; loss += 1) {
      for (const reading of readings) await reading.leave();
      for (const [at, service] of SAGA.entries()) seen.get(service)?.push(...(readings[at] === undefined ? [] : entriesOf(readings[at])));
      placed.push((await shop.client.placeOrder(customer, orderOf(method.id, ['LAMP', 1]), randomUUID())).id);
      readings = await Promise.all(SAGA.map((service, at) => read(service, readings[at]?.lastId)));
    }
    const ended = () => [...(seen.get('order') ?? []), ...entriesOf(readings[0] ?? expect.unreachable())].filter(({ to }) => to === 'completed').map(({ stream }) => stream);
    await until('all are completed', () => ended().length >= placed.length, 30_000);
    for (const [at, service] of SAGA.entries()) {
      const all = [...(seen.get(service) ?? []), ...(readings[at] === undefined ? [] : entriesOf(readings[at]))];
      for (const [lane, entries] of Map.groupBy(all, (entry) => entry.lane)) {
        const first = entries[0]?.seq ?? 0;
        expect({ service, lane, seqs: entries.map(({ seq }) => seq) }).toEqual({ service, lane, seqs: entries.map((_, index) => first + index) });
      }
      await readings[at]?.leave();
    }
    expect(ended().toSorted()).toEqual(placed.toSorted());
  }, 120_000);

  test.each([...SERVICES])('is for staff: that of %s', async (service) => {
    expectProblem(await send(shop, ['GET', service, '/ops/stream'], customer), 403);
    expectProblem(await send(shop, ['GET', service, '/ops/stream']), 401);
  });

  test('and all promises hold when an order is sent again', async () => {
    for (const stream of placed) expect((await send(shop, ['POST', 'order', '/ops/history/send', { stream }], shop.staff)).status).toBe(200);
    expect(await shop.close()).toEqual([]);
  }, 120_000);
});
