import { expect, test } from 'bun:test';
import type { Fault, Faults } from '@souk/contracts/http/ops';
import { faultMaker } from '../../src/service/fault-maker.ts';
import { faultRoutes } from '../../src/service/fault-routes.ts';
import { createLogger } from '../../src/telemetry/logging.ts';
import { until } from '../../src/testing/until.ts';
import { problemOf, shop, staffSigner } from '../web/shop.ts';

const userId = Bun.randomUUIDv7();
const headers = { authorization: await staffSigner.bearer({ userId, roles: ['staff'] }) };

function breakable({ hasGateway = false } = {}) {
  const lines: Record<string, unknown>[] = [];
  const stops: AbortSignal[] = [];
  const logger = createLogger({ service: 'cups', level: 'info', destination: { write: (line) => lines.push(JSON.parse(line)) } });
  const maker = faultMaker({ logger, hasGateway, stop: (over) => stops.push(over) });
  const { send } = shop({ routes: [faultRoutes(maker, ['order.created', 'order.cancelled'])] });
  const make = (body: unknown) => send('POST', '/ops/faults', { headers, body });
  const list = async () => (await send('GET', '/ops/faults', { headers })).body as Faults;
  const end = (id: string) => send('DELETE', `/ops/faults/${id}`, { headers });
  return { maker, lines, stops, make, list, end, [Symbol.dispose]: () => maker.endAll() };
}

test('without a maker faults are refused, and the list says why', async () => {
  const { send } = shop({ routes: [faultRoutes(undefined, ['order.created'])] });
  expect((await send('GET', '/ops/faults', { headers })).body).toEqual({ possible: false, items: [] });
  const refused = problemOf(await send('POST', '/ops/faults', { headers, body: { kind: 'stop', seconds: 1 } }));
  expect(refused).toMatchObject({ status: 403, type: 'urn:souk:problem:forbidden', detail: expect.stringContaining('embedded shop only') });
  expect((await send('DELETE', `/ops/faults/${Bun.randomUUIDv7()}`, { headers })).status).toBe(403);
});

test('a fault is listed with its maker, logged once when it begins, and ended early', async () => {
  using service = breakable();
  const begun = await service.make({ kind: 'delay', topic: 'order.created', delayMs: 300, seconds: 60 });
  expect(begun.status).toBe(201);
  const fault = begun.body as Fault;
  expect(fault).toMatchObject({ kind: 'delay', topic: 'order.created', delayMs: 300, madeBy: userId });
  expect(Date.parse(fault.until) - Date.now()).toBeGreaterThan(55_000);
  expect(await service.list()).toEqual({ possible: true, items: [fault] });
  const [delivery] = service.maker.deliveriesOf('order.created');
  expect(delivery).toMatchObject({ kind: 'delay', delayMs: 300 });
  expect(service.maker.deliveriesOf('order.cancelled')).toEqual([]);
  expect(service.lines.filter(({ msg }) => msg === 'a fault was made on purpose')).toMatchObject([{ fault: fault.id, kind: 'delay', topic: 'order.created', userId }]);
  expect((await service.end(fault.id.toUpperCase())).status).toBe(204);
  expect(delivery?.over.aborted).toBe(true);
  expect((await service.list()).items).toEqual([]);
  expect((await service.end(fault.id)).status).toBe(404);
});

test('a fault ends by itself', async () => {
  using service = breakable({ hasGateway: true });
  await service.make({ kind: 'decline', seconds: 1 });
  expect(service.maker.declines()).toBe(true);
  await until('the end', () => !service.maker.declines(), 3000);
  expect((await service.list()).items).toEqual([]);
});

test('a stop begins after its answer, ends by itself only, and is the last fault before it', async () => {
  using service = breakable();
  const { body } = await service.make({ kind: 'stop', seconds: 1 });
  expect((await service.end((body as Fault).id)).status).toBe(409);
  expect((await service.make({ kind: 'stop', seconds: 1 })).status).toBe(409);
  const [over] = await until('it stops', () => service.stops.length > 0 && service.stops);
  expect(over?.aborted).toBe(false);
  await until('it may start again', () => over?.aborted, 3000);
  expect((await service.list()).items).toEqual([]);
});

test('there are ten at a time', async () => {
  using service = breakable();
  const wanted = { kind: 'double', topic: 'order.created', seconds: 300 };
  const made = await Promise.all(Array.from({ length: 12 }, () => service.make(wanted)));
  expect(made.filter(({ status }) => status === 201)).toHaveLength(10);
  expect(made.filter(({ status }) => status === 409)).toHaveLength(2);
  service.maker.endAll();
  expect((await service.make(wanted)).status).toBe(201);
});

const HOSTILE = '<img src=x onerror=alert(1)>';

test.each([
  [{}, '/kind', 'is missing'],
  [{ kind: HOSTILE, seconds: 1 }, '/kind', 'must be one of stop, lose, double, delay, decline'],
  [{ kind: 'stop' }, '/seconds', 'is missing'],
  [{ kind: 'stop', seconds: 301 }, '/seconds', 'must be less or equal to 300'],
  [{ kind: 'stop', seconds: 0 }, '/seconds', 'must be greater or equal to 1'],
  [{ kind: 'stop', seconds: 1, topic: 'order.created' }, '/topic', 'is not a known field'],
  [{ kind: 'lose', topic: HOSTILE, seconds: 1 }, '/topic', 'must be a topic that this service reads: order.created, order.cancelled'],
  [{ kind: 'lose', topic: 'x'.repeat(256), seconds: 1 }, '/topic', 'must have 255 characters at most'],
  [{ kind: 'delay', topic: 'order.created', delayMs: 10_001, seconds: 1 }, '/delayMs', 'must be less or equal to 10000'],
  [{ kind: 'decline', seconds: 1 }, '/kind', 'must be a fault of this service: cards are declined at payment'],
])('%j is refused, and the field is named', async (body, pointer, detail) => {
  using service = breakable();
  const { status, errors } = problemOf(await service.make(body));
  expect({ status, errors }).toEqual({ status: 422, errors: [{ pointer, detail }] });
  expect(service.maker.faults()).toEqual([]);
});
