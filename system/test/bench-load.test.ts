import { afterEach, describe, expect, test } from 'bun:test';
import { temporaryFolder } from '@souk/chassis/testing/temporary-folder';
import { keptSession } from '../src/bench/kept-session.ts';
import { prepareLoad } from '../src/bench/prepare-load.ts';
import { missedLine } from '../src/bench/report.ts';
import { type LoadOptions, runLoad } from '../src/bench/run-load.ts';
import { startShopProcess } from '../src/shop/shop-process.ts';
import { WITHOUT_LIMITS } from '../src/shop/without-limits.ts';

const servers: { stop(force: boolean): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop(true)));
});

/** Load on something that answers the nth order so. */
function loadOn(answer: (n: number) => Response): LoadOptions {
  let orders = 0;
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => answer(orders++) });
  servers.push(server);
  return { orderUrl: server.url.href, tokenOf: async () => 'token', bodyOf: () => '{}', rate: 100, seconds: 1 };
}

const accepted = () => Response.json({ id: crypto.randomUUID() }, { status: 202 });

describe('load', () => {
  test('goes on for longer than an access token lives', async () => {
    using folder = temporaryFolder();
    const shop = await startShopProcess({ folder: folder.path, env: { ...process.env, LOG_LEVEL: 'fatal', ...WITHOUT_LIMITS, ACCESS_TOKEN_LIFETIME_S: '4' } });
    try {
      const load = await prepareLoad(shop);
      const { accepted: orders, refused } = await runLoad({ ...load, rate: 20, seconds: 6 });
      expect([...refused]).toEqual([]);
      expect(orders.size).toBe(120);
    } finally {
      await shop.stop();
    }
  }, 60_000);

  test('counts what was refused by its status, and only what was accepted as fast or slow', async () => {
    const { accepted: orders, refused, answerMs } = await runLoad(loadOn((n) => (n % 4 === 0 ? new Response(null, { status: n % 8 === 0 ? 401 : 503 }) : accepted())));
    expect(new Map(refused)).toEqual(new Map([['401', 13], ['503', 12]]));
    expect([orders.size, answerMs.length]).toEqual([75, 75]);
  }, 30_000);

  test('says what did not become a completed order, and why', () => {
    const run = { accepted: new Map(), answerMs: [], refused: new Map([['401', 320_756], ['no answer', 3]]), elapsedMs: 1 };
    const settled = { completeMs: [], otherEnds: 2, firstAt: 0, lastAt: 0 };
    const measured = { rate: 1000, run, settled, before: {}, after: {} };
    expect(missedLine(measured)).toEqual(['of 1000/s: 320756 refused with 401, 3 refused with no answer, 2 accepted and not completed']);
    expect(missedLine({ ...measured, run: { ...run, refused: new Map() }, settled: { ...settled, otherEnds: 0 } })).toEqual([]);
  });
});

describe('a kept session', () => {
  const tokens = (accessToken: string, expiresIn: number) => ({ accessToken, refreshToken: '', expiresIn, tokenType: 'Bearer' as const });

  test('is used for half of its life', async () => {
    let signIns = 0;
    const session = keptSession(async () => tokens(`token ${(signIns += 1)}`, 3600));
    expect([await session(), await session(), signIns]).toEqual(['token 1', 'token 1', 1]);
  });

  test('that has ended is no token any more when signing in fails', async () => {
    let signIns = 0;
    const session = keptSession(async () => {
      signIns += 1;
      if (signIns > 1) throw new Error('the service is away');
      return tokens('first', 0);
    });
    expect(await session()).toBe('first');
    expect(await session().catch(String)).toContain('the service is away');
    const { accepted: orders, refused } = await runLoad({ ...loadOn(accepted), tokenOf: session });
    expect([orders.size, ...refused]).toEqual([0, ['no sign-in', 100]]);
  }, 30_000);
});
