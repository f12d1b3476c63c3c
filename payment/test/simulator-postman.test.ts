import { afterEach, beforeEach, expect, test } from 'bun:test';
import type { RunningJobs } from '@souk/chassis/engine/jobs';
import { until } from '@souk/chassis/testing/until';
import { openSimulatorLedger, type SimulatorLedger } from '../src/gateway/simulator-ledger.ts';
import { isSigned, startPostman } from '../src/gateway/simulator-webhooks.ts';
import { NOW } from './builders.ts';

const WEBHOOK = { id: 'evt_1', body: '{"id":"evt_1"}', dueAt: NOW };
let now: number;
let ledger: SimulatorLedger;
let postman: RunningJobs;
let server: ReturnType<typeof Bun.serve>;
let statuses: number[];
const taken: string[] = [];
const reports: string[] = [];

beforeEach(() => {
  now = NOW;
  taken.length = 0;
  reports.length = 0;
  statuses = [];
  ledger = openSimulatorLedger(':memory:');
  server = Bun.serve({
    port: 0,
    async fetch(request) {
      const body = await request.bytes();
      const isGood = isSigned(request.headers.get('souk-signature'), body, { secrets: ['secret'], now });
      taken.push(isGood ? Buffer.from(body).toString() : 'forged');
      return new Response(null, { status: statuses.shift() ?? 200 });
    },
  });
  const report = (error: unknown, message: string, fields?: object): void => void reports.push(`${message}: ${String(error)} ${JSON.stringify(fields)}`);
  postman = startPostman({ ledger, target: { url: server.url.href, report }, secret: 'secret', now: async () => now, ownNow: () => now });
});
afterEach(async () => {
  await postman.close();
  await server.stop(true);
  ledger.close();
});

const taking = (count: number) => until(`webhook ${count} to be sent`, () => taken.length === count);

test('a webhook is sent when it is due, signed, and again with growing pauses until it is accepted', async () => {
  statuses = [503, 500, 200];
  await ledger.write(() => ledger.addWebhook(WEBHOOK));
  await taking(1);
  expect(ledger.hasDueWebhook(NOW + 4999)).toBe(false);
  now += 5000;
  await taking(2);
  expect(ledger.hasDueWebhook(now + 9999)).toBe(false);
  now += 10_000;
  await taking(3);
  await until('it to be done', () => !ledger.hasDueWebhook(Number.MAX_SAFE_INTEGER));
  expect(taken).toEqual([WEBHOOK.body, WEBHOOK.body, WEBHOOK.body]);
});

test('a webhook that nobody accepts is given up after ten attempts', async () => {
  statuses = Array<number>(20).fill(404);
  await ledger.write(() => ledger.addWebhook(WEBHOOK));
  for (let count = 1; count <= 10; count += 1) {
    await taking(count);
    now += 86_400_000;
  }
  await until('it to be given up', () => !ledger.hasDueWebhook(Number.MAX_SAFE_INTEGER));
  expect(taken).toHaveLength(10);
});

test('a webhook without a receiver stays due and is reported', async () => {
  await server.stop(true);
  await ledger.write(() => ledger.addWebhook(WEBHOOK));
  await until('the report', () => reports.some((line) => line.includes('"evt_1"')));
  expect(ledger.hasDueWebhook(NOW + 5000)).toBe(true);
});

test('a refusal is reported with its status', async () => {
  statuses = [401];
  await ledger.write(() => ledger.addWebhook(WEBHOOK));
  await until('the report', () => reports.length > 0);
  expect(reports).toEqual(['a webhook was not accepted: Error: the receiver answered 401 {"webhook":"evt_1"}']);
  expect(ledger.hasDueWebhook(NOW + 5000)).toBe(true);
});
