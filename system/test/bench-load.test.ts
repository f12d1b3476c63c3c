import { afterEach, describe, expect, test } from 'bun:test';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import type { OrderRequest } from '../src/tools/bench/load/order-request.ts';
import { type LoadOptions, runLoad } from '../src/tools/bench/load/run-load.ts';
import { makeBuyers } from '../src/tools/bench/work/buyers.ts';
import { keptSession, newSigningKey } from '../src/tools/bench/work/tokens.ts';
import { makePlainCatalogue, plainOrders } from '../src/tools/bench/work/orders.ts';
import { startShopProcess } from '../src/shop/shop-process.ts';
import { WITHOUT_LIMITS } from '../src/shop/limit-settings.ts';

const servers: { stop(force: boolean): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop(true)));
});

type Answer = (n: number, request: Request) => Response | Promise<Response>;

/** Load on something that answers the nth request so. */
function loadOn(answer: Answer, order: (n: number) => OrderRequest | Promise<OrderRequest> = () => ({ token: 'token', body: '{}' })): LoadOptions {
  let requests = 0;
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', idleTimeout: 60, fetch: (request) => answer(requests++, request) });
  servers.push(server);
  return { orderUrls: [`${server.url.href}orders`], order, rate: 100, seconds: 1 };
}

const accepted = (id: string = crypto.randomUUID(), headers = {}) => Response.json({ id }, { status: 202, headers });

describe('load', () => {
  test('continues beyond the life of an access token, for registered buyers and for buyers who only have a token', async () => {
    using folder = temporaryFolder();
    const signingKey = newSigningKey();
    const env = { ...process.env, LOG_LEVEL: 'fatal', ...WITHOUT_LIMITS, ACCESS_TOKEN_LIFETIME_S: '10', SOUK_SIGNING_KEY: signingKey.text };
    const shop = await startShopProcess({ folder: folder.path, env });
    try {
      await makePlainCatalogue(shop);
      const buyers = await makeBuyers({ ...shop, signingKey }, { registered: 2, signed: 30, declined: true });
      const { accepted: orders, refused } = await runLoad({ ...plainOrders({ orderUrls: [shop.urls.order] }, buyers), rate: 20, seconds: 14 });
      expect([...refused]).toEqual([]);
      expect(orders.size).toBe(280);
    } finally {
      await shop.stop();
    }
  }, 60_000);

  test('has one outcome for each order, and measures the answers of accepted orders only', async () => {
    const load = loadOn((n) => (n % 4 === 0 ? new Response(null, { status: n % 8 === 0 ? 401 : 503, headers: { 'retry-after': String(1 + (n % 3)) } }) : accepted()));
    const { sent, accepted: orders, refused, refusals, unknown, answers, seconds } = await runLoad(load);
    expect(new Map(refused)).toEqual(new Map([['401', 13], ['503', 12]]));
    expect([sent, orders.size, answers.count, unknown.length]).toEqual([100, 75, 75, 0]);
    expect(refusals.get('503')).toMatchObject({ count: 12, retryAfterS: { least: 1, most: 3 }, ms: { count: 12 } });
    expect(seconds.map((second) => [second.sent, second.accepted, second.refused])).toEqual([[100, 75, 25]]);
  }, 30_000);

  test('retries refused orders where it is told to, and counts the outcome of the retry', async () => {
    const load = loadOn((n) => (n % 2 === 0 ? new Response(null, { status: 503, headers: { 'retry-after': '0' } }) : accepted()));
    const { accepted: orders, refused, refusals } = await runLoad({ ...load, retry: true });
    const turnedAway = refused.get('503') ?? 0;
    expect(orders.size + turnedAway).toBe(100);
    expect(turnedAway).toBeLessThan(50);
    expect(refusals.get('503')?.count).toBeGreaterThanOrEqual(50);
  }, 30_000);

  test('sends each order with its own body and its own key', async () => {
    const seen = new Map<string, string>();
    const load = loadOn(
      async (_n, request) => {
        seen.set(request.headers.get('idempotency-key') ?? '', `${request.method} ${new URL(request.url).pathname} ${request.headers.get('authorization')} ${await request.text()}`);
        return accepted();
      },
      (n) => ({ token: `token ${n}`, body: JSON.stringify({ n, name: 'Zoë' }) }),
    );
    await runLoad({ ...load, rate: 10 });
    expect([...seen.values()].toSorted()).toEqual(Array.from({ length: 10 }, (_, n) => `POST /orders Bearer token ${n} {"n":${n},"name":"Zoë"}`));
  }, 30_000);

  test('asks afterwards for the outcome of orders without an answer', async () => {
    const carriedOut = new Map<string, string>();
    const load = loadOn(async (n, request) => {
      const key = request.headers.get('idempotency-key') ?? '';
      const known = carriedOut.get(key);
      if (known !== undefined) return accepted(known, { 'idempotency-replayed': 'true' });
      // Ten are carried out and never answered, ten are lost on the way, and one look at the shop comes too early.
      if (n < 10) carriedOut.set(key, crypto.randomUUID());
      if (n < 20) return new Promise<Response>(() => undefined);
      if (n === 20) return new Response(null, { status: 503 });
      const id = crypto.randomUUID();
      carriedOut.set(key, id);
      return accepted(id);
    });
    const { sent, accepted: orders, refused, unknown, placedLate, answers } = await runLoad({ ...load, rate: 21, answerLimitMs: 1000 });
    expect({ sent, refused: new Map(refused), unknown: unknown.length }).toEqual({ sent: 21, refused: new Map([['503', 1], ['not carried out', 10]]), unknown: 0 });
    expect(new Set(orders.keys())).toEqual(new Set([...carriedOut.values()].filter((id) => !placedLate.includes(id))));
    expect([orders.size, placedLate.length, answers.count]).toEqual([10, 10, 0]);
  }, 60_000);

  test('counts an order that could not be sent as refused, and not as unknown', async () => {
    const load = loadOn(() => accepted());
    await servers.splice(0)[0]?.stop(true);
    const { refused, unknown } = await runLoad({ ...load, rate: 5 });
    expect([[...refused], unknown.length]).toEqual([[['no connection', 5]], 0]);
  }, 30_000);

  test('has callers who cancel a moment later and clients that send the same order twice', async () => {
    const cancelled: string[] = [];
    const ids = new Map<string, string>();
    const load = loadOn(
      (_n, request) => {
        const { pathname } = new URL(request.url);
        if (pathname.endsWith('/cancellation')) {
          cancelled.push(pathname.split('/')[2] ?? '');
          return new Response(null, { status: 202 });
        }
        const key = request.headers.get('idempotency-key') ?? '';
        const id = ids.get(key) ?? crypto.randomUUID();
        ids.set(key, id);
        return accepted(id);
      },
      (n) => ({ token: 'token', body: '{}', kind: n % 2 === 0 ? 'cancelled' : 'repeated' }),
    );
    const { followUps, accepted: orders, requests } = await runLoad({ ...load, rate: 20 });
    expect(new Map(followUps.cancellations)).toEqual(new Map([['202', 10]]));
    expect(new Map(followUps.repeats)).toEqual(new Map([['same order', 10]]));
    expect(new Set(cancelled)).toEqual(new Set([...orders].flatMap(([id, { kind }]) => (kind === 'cancelled' ? [id] : []))));
    expect([orders.size, requests]).toEqual([20, 40]);
  }, 30_000);

  test('ends when it is told to', async () => {
    const stop = new AbortController();
    const load = loadOn((n) => {
      if (n === 20) stop.abort();
      return accepted();
    });
    const { sent, elapsedMs } = await runLoad({ ...load, seconds: 600, signal: stop.signal });
    expect(sent).toBeGreaterThan(20);
    expect(elapsedMs).toBeLessThan(60_000);
  }, 60_000);
});

describe('a kept session', () => {
  const tokens = (accessToken: string, expiresIn: number) => ({ accessToken, refreshToken: '', expiresIn, tokenType: 'Bearer' as const });

  test('is used for half of its life', async () => {
    let signIns = 0;
    const session = keptSession(async () => tokens(`token ${(signIns += 1)}`, 3600));
    expect([await session(), await session(), signIns]).toEqual(['token 1', 'token 1', 1]);
  });

  test('gives no token once the old one has ended and signing in fails', async () => {
    let signIns = 0;
    const session = keptSession(async () => {
      signIns += 1;
      if (signIns > 1) throw new Error('the service is away');
      return tokens('first', 0);
    });
    expect(await session()).toBe('first');
    expect(await session().catch(String)).toContain('the service is away');
    const load = loadOn(() => accepted(), async () => ({ token: await session(), body: '{}' }));
    const { accepted: orders, refused } = await runLoad(load);
    expect([orders.size, ...refused]).toEqual([0, ['no sign-in', 100]]);
  }, 30_000);
});
