import { afterEach, describe, expect, test } from 'bun:test';
import { until } from '@souk/chassis/testing/until';
import { batchOf, batchSize, endedRedrive, type FoundLetter, startedRedrive, withNextBatch, withResult } from '../../src/server/redrive-run.ts';
import type { Redrive, RedriveList } from '../../src/redrive.ts';
import { type Browser, codeOf, type RunningConsole, runningConsole } from './running-console.ts';
import type { Received } from './stand-in-shop.ts';

const AT = '2026-01-01T00:00:00.000Z';
const found = (count: number): FoundLetter[] => Array.from({ length: count }, (_, at) => ({ id: `letter-${at}`, key: `key-${at}`, topic: 'order.placed', cause: 'no such SKU' }));
const started = (count: number, dryRun = false) => startedRedrive({ id: 'r', by: 'u', at: AT, service: 'order', letters: {}, dryRun }, found(count));

describe('the pace of a campaign', () => {
  test('is a few letters first, then twenty at a time', () => {
    expect([1, 2, 3, 4, 5, 60].map(batchSize)).toEqual([1, 2, 5, 20, 20, 20]);
    let redrive = started(100);
    const sizes: number[] = [];
    while (redrive.state === 'running') {
      redrive = withNextBatch(redrive);
      const batch = batchOf(redrive);
      sizes.push(batch.length);
      for (const { id } of batch) redrive = withResult(redrive, id, { outcome: 'applied', cause: null, at: AT });
    }
    expect(sizes).toEqual([1, 2, 5, 20, 20, 20, 20, 12]);
    expect(redrive).toMatchObject({ state: 'done', done: 100, applied: 100, failed: 0, endedAt: AT, batch: 8, because: null });
  });

  test('halts at the first letter that fails again; a dry run goes on', () => {
    const failed = { outcome: 'failed', cause: 'no such SKU', at: AT } as const;
    expect(withResult(started(3), 'letter-0', failed)).toMatchObject({ state: 'halted', done: 1, failed: 1, because: 'A letter failed again: no such SKU' });
    expect(withResult(started(3, true), 'letter-0', failed)).toMatchObject({ state: 'running', failed: 1 });
  });

  test('counts every outcome', () => {
    let redrive = started(4);
    for (const [at, outcome] of (['applied', 'already_applied', 'sent', 'failed'] as const).entries()) redrive = withResult(redrive, `letter-${at}`, { outcome, cause: null, at: AT });
    expect(redrive).toMatchObject({ done: 4, applied: 2, alreadyApplied: 1, failed: 1, state: 'halted' });
  });

  test('is over once it has ended: a result that comes later is kept, and the state stays', () => {
    const stopped = endedRedrive(started(2), 'stopped', AT, 'An operator has stopped it.');
    expect(withResult(stopped, 'letter-0', { outcome: 'applied', cause: null, at: AT })).toMatchObject({ state: 'stopped', done: 1, applied: 1 });
    expect(endedRedrive(stopped, 'done', AT, null).state).toBe('stopped');
  });

  test('without letters is done at once', () => expect(started(0)).toMatchObject({ state: 'done', total: 0, endedAt: AT }));
});

/** Dead letters of a service, as its routes answer for them. */
function deadLetters(count: number, failing: (id: string) => boolean = () => false) {
  const letters = Array.from({ length: count }, (_, at) => ({ id: `letter-${String(at).padStart(4, '0')}`, key: `key-${at}`, topic: 'order.placed', cause: `no SKU ${at}`, kind: 'unhandled', group: at % 2 === 0 ? 'even' : 'odd', status: 'dead' }));
  const calls: string[] = [];
  let waiting: Promise<void> | undefined;
  const problem = (status: number, detail: string) => Response.json({ type: 'urn:souk:problem:conflict', title: 'x', status, detail, requestId: 'r' }, { status, headers: { 'content-type': 'application/problem+json' } });
  return {
    calls,
    letters,
    hold: (until_: Promise<void>) => void (waiting = until_),
    async answer({ service, method, path, search }: Received): Promise<Response | undefined> {
      if (service !== 'order' || !path.startsWith('/ops/dead-letters')) return undefined;
      if (method === 'GET') {
        const query = new URLSearchParams(search);
        const after = query.get('cursor');
        const dead = letters.filter(({ status, key }) => status === (query.get('status') ?? status) && (query.get('key') ?? key) === key).toReversed();
        const rest = after === null ? dead : dead.filter(({ id }) => id < after);
        const items = rest.slice(0, 30);
        return Response.json({ items, nextCursor: rest.length > items.length ? items.at(-1)?.id : null });
      }
      const [, id = '', verb = ''] = /^\/ops\/dead-letters\/([^/]+)\/(\w+)$/.exec(path) ?? [];
      await waiting;
      calls.push(`${verb} ${id}`);
      const letter = letters.find((each) => each.id === id);
      if (letter === undefined) return problem(404, 'None.');
      if (verb === 'try') return Response.json(failing(id) ? { outcome: 'fails', cause: 'no such SKU' } : { outcome: 'applied', cause: null });
      if (letter.status !== 'dead') return problem(409, 'It was redriven before.');
      if (failing(id)) return problem(409, 'The message still cannot be handled: no such SKU.');
      letter.status = 'redriven';
      return Response.json({ ...letter, resolution: 'applied' });
    },
  };
}

let running: RunningConsole | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

async function consoleWith(dead: ReturnType<typeof deadLetters>): Promise<{ readonly running: RunningConsole; readonly browser: Browser }> {
  running = await runningConsole();
  const browser = running.browser();
  await browser.signIn();
  running.shop.answer((received) => dead.answer(received));
  return { running, browser };
}

async function begun(browser: Browser, body: object): Promise<Redrive> {
  const answer = await browser.ask('POST', '/api/redrives', { body: { service: 'order', letters: {}, dryRun: false, ...body } });
  expect(answer.status).toBe(202);
  const redrive = (await answer.json()) as Redrive;
  expect(answer.headers.get('location')).toBe(`/api/redrives/${redrive.id}`);
  return redrive;
}

const now = async (browser: Browser, { id }: Redrive) => (await (await browser.ask('GET', `/api/redrives/${id}`)).json()) as Redrive;
const ended = (browser: Browser, redrive: Redrive) =>
  until('the end', async () => {
    const at = await now(browser, redrive);
    return at.state !== 'running' && at;
  });

describe('a campaign', () => {
  test('redrives the letters of a group, the oldest first, and keeps who did it and what became of each', async () => {
    const dead = deadLetters(12);
    const { browser } = await consoleWith(dead);
    const { userId } = await browser.signIn();
    const redrive = await begun(browser, { letters: { group: 'even' } });
    expect(redrive).toMatchObject({ total: 6, by: userId, filter: { group: 'even' } });
    const end = await ended(browser, redrive);
    expect(end).toMatchObject({ state: 'done', done: 6, applied: 6, batch: 3 });
    expect(end.letters.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 6 }, () => 'applied'));
    expect(dead.calls).toEqual([0, 2, 4, 6, 8, 10].map((at) => `redrive letter-${String(at).padStart(4, '0')}`));
    const list = (await (await browser.ask('GET', '/api/redrives')).json()) as RedriveList;
    expect(list.items.map(({ id }) => id)).toEqual([redrive.id]);
    expect(list.items[0]).not.toHaveProperty('letters');
  });

  test('halts at the first letter that fails again, and leaves the rest', async () => {
    const dead = deadLetters(10, (id) => id === 'letter-0002');
    const { browser } = await consoleWith(dead);
    const end = await ended(browser, await begun(browser, {}));
    expect(end).toMatchObject({ state: 'halted', done: 3, applied: 2, failed: 1, because: 'A letter failed again: The message still cannot be handled: no such SKU.' });
    expect(dead.calls).toHaveLength(3);
  });

  test('a dry run changes nothing and names all that would fail', async () => {
    const dead = deadLetters(10, (id) => id < 'letter-0003');
    const { browser } = await consoleWith(dead);
    const end = await ended(browser, await begun(browser, { dryRun: true }));
    expect(end).toMatchObject({ state: 'done', failed: 3, applied: 7 });
    expect(dead.calls.every((call) => call.startsWith('try '))).toBe(true);
    expect(dead.letters.every(({ status }) => status === 'dead')).toBe(true);
  });

  test('of a letter that somebody else has resolved meanwhile goes on', async () => {
    const dead = deadLetters(3);
    const { browser } = await consoleWith(dead);
    const { promise, resolve } = Promise.withResolvers<void>();
    dead.hold(promise);
    const redrive = await begun(browser, {});
    for (const letter of dead.letters.slice(1, 2)) letter.status = 'redriven';
    resolve();
    expect(await ended(browser, redrive)).toMatchObject({ state: 'done', applied: 2, alreadyApplied: 1, failed: 0 });
  });

  test('of a letter that was discarded meanwhile says so, and not that it was applied', async () => {
    const dead = deadLetters(3);
    const { browser } = await consoleWith(dead);
    const { promise, resolve } = Promise.withResolvers<void>();
    dead.hold(promise);
    const redrive = await begun(browser, {});
    for (const letter of dead.letters.slice(1, 2)) letter.status = 'discarded';
    resolve();
    const end = await ended(browser, redrive);
    expect(end).toMatchObject({ state: 'done', done: 3, applied: 2, alreadyApplied: 0, failed: 0 });
    expect(end.letters.map(({ outcome }) => outcome)).toEqual(['applied', 'discarded', 'applied']);
  });

  test('goes on when a proxy before the service, or User, has nothing to say for a moment', async () => {
    const dead = deadLetters(3);
    const { browser, running: { shop } } = await consoleWith(dead);
    let badGateways = 1;
    let refusals = 1;
    const page = (status: number) => new Response('<h1>Bad gateway</h1>', { status, headers: { 'content-type': 'text/html' } });
    shop.answer(async (received) => {
      if (received.path === '/sessions/refresh' && refusals-- > 0) return page(429);
      if (received.path.endsWith('/redrive') && badGateways-- > 0) return page(502);
      return shop.issued.slice(2).some((token) => received.headers.get('authorization') === `Bearer ${token}`) ? dead.answer(received) : undefined;
    });
    shop.expireTokens();
    expect(await ended(browser, await begun(browser, {}))).toMatchObject({ state: 'done', applied: 3 });
  });

  test('that halts because the service refuses for long says what it said', async () => {
    const dead = deadLetters(1);
    const { browser, running: { shop } } = await consoleWith(dead);
    shop.answer((received) => (received.path.endsWith('/redrive') ? Response.json({ detail: 'The event log cannot be reached.' }, { status: 503 }) : dead.answer(received)));
    expect(await ended(browser, await begun(browser, {}))).toMatchObject({ state: 'halted', because: 'order answered 503: The event log cannot be reached.' });
  }, { timeout: 20_000 });

  test('is not started by a service that answers with a page', async () => {
    const { browser, running: { shop } } = await consoleWith(deadLetters(1));
    shop.answer(({ path }) => (path === '/ops/dead-letters' ? new Response('<h1>Hello</h1>', { headers: { 'content-type': 'text/html' } }) : undefined));
    expect(await codeOf(await browser.ask('POST', '/api/redrives', { body: { service: 'order', letters: {}, dryRun: true } }))).toBe('503 unavailable');
  });

  test('is one at a time for a service, and can be stopped', async () => {
    const dead = deadLetters(50);
    const { browser } = await consoleWith(dead);
    const { promise, resolve } = Promise.withResolvers<void>();
    dead.hold(promise);
    const redrive = await begun(browser, {});
    expect(await codeOf(await browser.ask('POST', '/api/redrives', { body: { service: 'order', letters: {}, dryRun: true } }))).toBe('409 conflict');
    const stopped = (await (await browser.ask('DELETE', `/api/redrives/${redrive.id}`)).json()) as Redrive;
    expect(stopped).toMatchObject({ state: 'stopped', because: 'An operator has stopped it.' });
    resolve();
    await until('the letter under way', async () => (await now(browser, redrive)).done === 1);
    await until('another may begin', async () => (await browser.ask('POST', '/api/redrives', { body: { service: 'order', letters: { kind: 'unsent' }, dryRun: true } })).status === 202);
    expect((await now(browser, redrive)).state).toBe('stopped');
  });

  test('goes on with a new token, when nobody looks', async () => {
    const dead = deadLetters(8);
    const { browser, running: { shop } } = await consoleWith(dead);
    const redrive = await begun(browser, {});
    await until('the first', () => dead.calls.length > 0);
    shop.answer(async (received) => (shop.issued.slice(2).some((token) => received.headers.get('authorization') === `Bearer ${token}`) ? dead.answer(received) : undefined));
    shop.expireTokens();
    expect(await ended(browser, redrive)).toMatchObject({ state: 'done', applied: 8 });
    expect(shop.refreshes).toBe(1);
  });

  test('ends with the session of the one who started it', async () => {
    const dead = deadLetters(30);
    const { browser, running: { browser: another } } = await consoleWith(dead);
    const other = another();
    await other.signIn();
    const redrive = await begun(browser, {});
    await browser.ask('DELETE', '/session');
    expect(await ended(other, redrive)).toMatchObject({ state: 'stopped', because: 'The session of the operator who started it has ended.' });
  });

  test.each([{ service: 'gateway' }, { letters: { status: 'dead' } }, { dryRun: 'no' }, { letters: { kind: 'other' } }, { more: 1 }])('is not started by %o', async (wrong) => {
    const { browser } = await consoleWith(deadLetters(1));
    expect(await codeOf(await browser.ask('POST', '/api/redrives', { body: { service: 'order', letters: {}, dryRun: true, ...wrong } }))).toBe('422 validation');
  });

  test('that does not exist is 404', async () => {
    const { browser } = await consoleWith(deadLetters(1));
    for (const method of ['GET', 'DELETE']) expect(await codeOf(await browser.ask(method, `/api/redrives/${Bun.randomUUIDv7()}`))).toBe('404 not-found');
  });
});
