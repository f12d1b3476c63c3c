import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { HistoryPage } from '@souk/contracts/http/ops';
import { HistoryPage as HistoryPageSchema } from '@souk/contracts/http/ops';
import { Value } from '@sinclair/typebox/value';
import { createEngine, type Engine } from '../../src/engine/engine.ts';
import { EventLogError } from '../../src/log/event-log.ts';
import { historyRoutes } from '../../src/service/history-routes.ts';
import { recordedLog, type RecordedLog } from '../../src/testing/recorded-log.ts';
import { until } from '../../src/testing/until.ts';
import type { UseCase } from '../../src/engine/writer/use-case.ts';
import { openSqliteToyStore, type OpenToyStore, type ToyCollections } from '../engine/writer/toy-store.ts';
import { deposit, tell, type Toy } from '../engine/writer/toy-use-cases.ts';
import { bearer, codeOf, type Shop, shop } from '../web/shop.ts';

const ACCOUNT = '01980000-0000-7000-8000-0000000000ab';

const cancel: UseCase<Toy, string, void> = {
  name: 'cancel',
  keys: () => ({}),
  decide: (stream) => {
    const context = { from: 'placed', to: 'cancelled', reason: 'out_of_stock', cause: { name: 'cancellation', note: 'for Ada' } };
    return { answer: undefined, events: [{ note: 'cancelled', key: stream, stream, version: 1, context }] };
  },
};

describe('histories', () => {
  let toy: OpenToyStore;
  let log: RecordedLog;
  let service: Engine<ToyCollections>;
  let http: Shop;
  let staff: { authorization: string };

  beforeEach(async () => {
    toy = await openSqliteToyStore();
    log = recordedLog();
    service = createEngine<ToyCollections>({ name: 'user', instance: 'one', store: toy.store, log, handlers: {}, paceMs: 0, report: () => undefined });
    await service.start();
    http = shop({ routes: [historyRoutes({ service: 'user', engine: service, reads: toy.store.committed })] });
    staff = await bearer('staff');
  });
  afterEach(async () => {
    await service.close();
    await toy.dispose();
  });

  const history = async (query: string) => (await http.send('GET', `/ops/history?${query}`, { headers: staff })).body as HistoryPage;
  const send = (stream: string) => http.send('POST', '/ops/history/send', { headers: staff, body: { stream } });
  const allSent = () => until('all is sent', () => service.backlog() === 0);

  test('show each entry with the message that it was sent as', async () => {
    await service.execute(deposit, { account: ACCOUNT, amount: 1 });
    await allSent();
    const page = await history(`stream=${ACCOUNT}`);
    expect(Value.Check(HistoryPageSchema, page)).toBe(true);
    const [message] = log.sent;
    expect(page).toEqual({
      items: [
        {
          lane: 'one', seq: 1, id: expect.any(String), name: 'user.registered', published: true, key: ACCOUNT, stream: ACCOUNT, version: 1, at: expect.any(String),
          causationId: null, correlationId: ACCOUNT, from: null, to: null, reason: null, sent: true,
          message: { topic: 'user.registered', key: ACCOUNT, headers: { ...message?.headers }, value: message?.value ?? '' },
        },
      ],
      more: false,
    });
    expect((await history(`stream=${ACCOUNT.toUpperCase()}`)).items).toHaveLength(1);
    expect(await history(`stream=${ACCOUNT}&after=1`)).toEqual({ items: [], more: false });
    expect(await history('stream=nobody')).toEqual({ items: [], more: false });
  });

  test('show notes without a message, and nothing that a person wrote', async () => {
    await service.execute(cancel, 'a');
    const answer = await http.send('GET', '/ops/history?stream=a', { headers: staff });
    expect((answer.body as HistoryPage).items).toMatchObject([{ name: 'cancelled', published: false, sent: false, message: null, from: 'placed', to: 'cancelled', reason: 'out_of_stock' }]);
    expect(answer.text).not.toContain('Ada');
  });

  test('say which events are not in the log yet', async () => {
    log.send = () => Promise.reject(new EventLogError('log-unavailable', 'the log is gone'));
    await service.execute(deposit, { account: 'a', amount: 1 });
    expect((await history('stream=a')).items).toMatchObject([{ published: true, sent: false }]);
    // What is on its way is not overtaken.
    expect((await send('a')).body).toEqual({ sent: 0 });
  });

  test('have 200 entries at most, and fewer where they are large', async () => {
    for (let at = 0; at < 205; at += 1) await service.submit(tell, { account: 'a', bytes: 10 });
    const first = await history('stream=a');
    expect([first.items.length, first.more]).toEqual([200, true]);
    const rest = await history(`stream=a&after=${first.items.at(-1)?.version}`);
    expect([rest.items.map(({ version }) => version), rest.more]).toEqual([[201, 202, 203, 204, 205], false]);
    for (let at = 0; at < 5; at += 1) await service.submit(tell, { account: 'b', bytes: 500_000 });
    const large = await history('stream=b');
    expect([large.items.length, large.more]).toEqual([4, true]);
  }, 20_000);

  test('are sent again in order, the newest 100 of them', async () => {
    for (let at = 0; at < 105; at += 1) await service.execute(deposit, { account: ACCOUNT, amount: 1 });
    await allSent();
    const before = log.sent.length;
    const { status, body } = await send(ACCOUNT.toUpperCase());
    expect([status, body]).toEqual([200, { sent: 100 }]);
    const again = log.sent.slice(before);
    expect(again).toEqual(log.sent.slice(5, 105));
  }, 20_000);

  test('are not sent again if there are none, if the log refuses them, or if it cannot be reached', async () => {
    expect(codeOf(await send('nobody'))).toBe('not-found');
    await service.execute(deposit, { account: 'a', amount: 1 });
    await allSent();
    log.limit = 10;
    expect(codeOf(await send('a'))).toBe('conflict');
    log.send = () => Promise.reject(new EventLogError('log-unavailable', 'the log is gone'));
    const away = await send('a');
    expect([codeOf(away), away.headers.get('retry-after')]).toEqual(['unavailable', '1']);
  });

  test('are for staff, and whoever sends one again is in the log', async () => {
    await service.execute(deposit, { account: ACCOUNT, amount: 1 });
    await allSent();
    const customer = await bearer('customer');
    for (const [method, path, body] of [['GET', `/ops/history?stream=${ACCOUNT}`], ['POST', '/ops/history/send', { stream: ACCOUNT }]] as const) {
      expect(codeOf(await http.send(method, path, { headers: customer, body }))).toBe('forbidden');
      expect(codeOf(await http.send(method, path, { body }))).toBe('unauthenticated');
    }
    await send(ACCOUNT);
    const line = http.logged().split('\n').find((text) => text.includes('/ops/history/send') && text.includes('"status":200')) ?? '';
    expect(JSON.parse(line)).toMatchObject({ stream: ACCOUNT, sent: 1, userId: expect.any(String) });
  });

  test.each(['', 'stream=', `stream=${'x'.repeat(256)}`, 'stream=a&after=-1', 'stream=a&after=1.5'])('are asked for with a stream and a version: %p is refused', async (query) => {
    expect(codeOf(await http.send('GET', `/ops/history?${query}`, { headers: staff }))).toBe('validation');
  });
});
