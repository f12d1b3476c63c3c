import { Database } from 'bun:sqlite';
import { describe, expect, test } from 'bun:test';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { toLogMessage } from '@souk/contracts/log-message';
import { benchArguments } from '../src/tools/bench/bench-arguments.ts';
import { type Arrivals, arrivalTimes, seeded, zipf } from '../src/tools/bench/load/random.ts';
import { percentilesOf } from '../src/tools/bench/load/latencies.ts';
import type { OrderKind } from '../src/tools/bench/load/order-request.ts';
import { outcomes } from '../src/tools/bench/load/outcomes.ts';
import type { MeasuredRun } from '../src/tools/bench/measured-run.ts';
import { marksUpTo, nextRun } from '../src/tools/bench/modes/grow.ts';
import { recovery } from '../src/tools/bench/modes/overload.ts';
import { type OrderEnd, readEnds } from '../src/tools/bench/order-ends.ts';
import { decadesAround, ticksTo } from '../src/tools/bench/page/chart.ts';
import { type Result, type RunSummary, summaryOf } from '../src/tools/bench/summary.ts';
import { saveResult } from '../src/tools/bench/page/page.ts';
import { sqliteTables } from '../src/tools/bench/shop/embedded-bench-shop.ts';
import { usageMeter } from '../src/tools/bench/shop/bench-shop.ts';
import { detailLines, reportLine } from '../src/tools/bench/report.ts';
import { mixedOrders } from '../src/tools/bench/work/orders.ts';
import { UsageError } from '../src/cli/errors.ts';

describe('arrivals', () => {
  const times = (kind: Arrivals, seed: number, count: number) => {
    const next = arrivalTimes(kind, 1000, seeded(seed));
    return Array.from({ length: count }, next);
  };

  test('are the same for the same seed, and different for another', () => {
    expect(times('poisson', 7, 100)).toEqual(times('poisson', 7, 100));
    expect(times('poisson', 7, 100)).not.toEqual(times('poisson', 8, 100));
  });

  test('even: at equal intervals; Poisson: as many on average, with gaps whose standard deviation is their mean', () => {
    expect(times('even', 1, 4)).toEqual([0, 1, 2, 3]);
    const at = times('poisson', 3, 50_001);
    const gaps = at.slice(1).map((time, i) => time - (at[i] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0);
    expect(mean).toBeCloseTo(1, 1);
    expect(deviation).toBeCloseTo(1, 1);
  });
});

test('few articles are asked for often and most of them seldom', () => {
  const draw = zipf(100);
  const random = seeded(1);
  const counts = Array.from({ length: 100 }, () => 0);
  for (let i = 0; i < 100_000; i += 1) {
    const drawn = draw(random());
    counts[drawn] = (counts[drawn] ?? 0) + 1;
  }
  const [first = 0, , third = 0] = counts;
  expect(first / third).toBeCloseTo(3, 0);
  expect([draw(0), draw(1 - 2 ** -32)]).toEqual([0, 99]);
});

test('percentiles are accurate to a thousandth of each value', () => {
  const { count, p50, p90, p99, p999, max } = percentilesOf(Array.from({ length: 10_000 }, (_, i) => (i + 1) / 10));
  expect(count).toBe(10_000);
  for (const [seen, right] of [[p50, 500], [p90, 900], [p99, 990], [p999, 999], [max, 1000]] as const) expect(Math.abs(seen - right)).toBeLessThanOrEqual(right * 0.006);
  expect(percentilesOf([])).toMatchObject({ count: 0, p50: 0, max: 0 });
});

describe('mixed orders', () => {
  const buyers = Array.from({ length: 50 }, (_, i) => ({ token: () => `token ${i}`, methodId: `good ${i}`, declinedMethodId: `declined ${i}` }));
  const all = (seed: number) => {
    const { order } = mixedOrders({ orderUrls: ['http://127.0.0.1:1'] }, buyers, { skus: 40, seed });
    return Array.from({ length: 4000 }, (_, n) => order(n) as { token: string; body: string; kind: OrderKind });
  };

  test('are the same whenever they are asked for, because an order without an answer is sent again', () => {
    const plain = (seed: number) => all(seed).map(({ token, body, kind }) => ({ token, body, kind }));
    expect(plain(1)).toEqual(plain(1));
    expect(plain(1)).not.toEqual(plain(2));
  });

  test('have each kind in its share, from many buyers, with no SKU twice', () => {
    const orders = all(1);
    const share = (kind: OrderKind) => (orders.filter((order) => order.kind === kind).length * 100) / orders.length;
    for (const [kind, percent] of [['hot', 10], ['declined', 6], ['cancelled', 5], ['repeated', 4], ['sold out', 2], ['good', 73]] as const) expect(Math.abs(share(kind) - percent)).toBeLessThan(2.5);
    expect(new Set(orders.map(({ token }) => token)).size).toBe(50);
    for (const { body, kind } of orders) {
      const { items, paymentMethodId } = JSON.parse(body) as { items: { sku: string }[]; paymentMethodId: string };
      const skus = items.map(({ sku }) => sku);
      expect(new Set(skus).size).toBe(skus.length);
      expect(paymentMethodId.startsWith('declined')).toBe(kind === 'declined');
      expect(skus.includes('BENCH-HOT')).toBe(kind === 'hot');
    }
  });
});

describe('the ends of orders', () => {
  const ended = (topic: 'order.completed' | 'order.cancelled' | 'order.rejected', key: string, timestamp: number, data: object = {}) => {
    const { value } = toLogMessage({ ...({} as Parameters<typeof toLogMessage>[0]), data: data as never, type: topic });
    return { topic, key, timestamp, value, headers: {}, partition: 0, offset: '0' };
  };

  test('are read from the log: a cancellation after the completion is the end, whichever is read first', async () => {
    const messages = [
      ended('order.cancelled', 'a', 30, { reason: 'cancelled_by_customer' }),
      ended('order.completed', 'a', 20),
      ended('order.completed', 'b', 21),
      ended('order.completed', 'b', 25),
      ended('order.rejected', 'c', 22),
    ];
    const ends = await readEnds({ logged: async (_topics, see) => see(messages) });
    expect([...ends]).toEqual([
      ['a', { outcome: 'cancelled', reason: 'cancelled_by_customer', completedAt: 20 }],
      ['b', { outcome: 'completed', reason: '', completedAt: 21 }],
      ['c', { outcome: 'rejected', reason: '', completedAt: undefined }],
    ]);
  });
});

/** Ten orders of one second: eight accepted, one refused, one unknown. Of the eight one is declined, one expires, and one completes afterwards. */
function measured(): { readonly run: MeasuredRun; readonly summary: RunSummary } {
  const counted = outcomes(1_000_000);
  for (let i = 0; i < 10; i += 1) counted.sent(1_000_000 + i * 100);
  for (let i = 0; i < 8; i += 1) counted.accepted(`order ${i}`, { dueAt: 1_000_000 + i * 100, kind: 'good' }, 10);
  counted.refusal('503', 3, 2);
  counted.refused('503', 1_000_800);
  counted.unknown({ key: 'k', n: 9, dueAt: 1_000_900, kind: 'good', why: 'no answer in time' });
  const outcome = counted.read();
  const followUps = { requests: 0, cancellations: new Map(), repeats: new Map() };
  const load = { ...outcome, startedAt: 1_000_000, elapsedMs: 1000, generatorCpuMs: 5, requests: 10, connections: 4, heldBack: 0, followUps, placedLate: [] };
  const usage = (cpuMs: number, writtenBytes: number) => ({ cpuMs, residentMb: 100, writtenBytes, readBytes: 0 });
  const samples = [
    { at: 1_000_000, usage: { shop: usage(0, 0) } },
    { at: 1_001_000, usage: { shop: usage(500, 0) } },
  ];
  const run: MeasuredRun = {
    name: '10/s <b>',
    rate: 10,
    run: load,
    waitingAtEnd: { open: 3, oldestMs: 120 },
    before: { shop: usage(100, 1000) },
    after: { shop: usage(112, 7000) },
    countersBefore: { Innodb_rows_inserted: 10 },
    countersAfter: { Innodb_rows_inserted: 106 },
    samples,
    incidents: [{ at: 1_000_500, what: 'order killed' }],
    isDrained: true,
  };
  const completed = (at: number): OrderEnd => ({ outcome: 'completed', reason: '', completedAt: at });
  const cancelled = (reason: string): OrderEnd => ({ outcome: 'cancelled', reason, completedAt: undefined });
  const ends = new Map<string, OrderEnd>([
    ...Array.from({ length: 5 }, (_, i) => [`order ${i}`, completed(1_000_000 + i * 100 + 200)] as const),
    ['order 5', cancelled('payment_declined')] as const,
    ['order 6', cancelled('payment_expired')] as const,
    ['order 7', completed(1_002_700)] as const,
  ]);
  return { run, summary: summaryOf(run, ends) };
}

describe('a report', () => {
  test('counts each order once, and as completed per second those that completed while orders were sent', () => {
    const { summary } = measured();
    expect(summary).toMatchObject({
      sent: 10,
      accepted: 8,
      refused: { '503': 1 },
      unknown: 1,
      ends: { completed: 6, 'cancelled: payment_declined': 1, 'cancelled: payment_expired': 1 },
      byDeadline: 1,
      completed: 6,
      completedPerSecond: 5,
      drainMs: 1700,
      complete: { count: 6, max: 2000 },
      refusals: { '503': { count: 1, retryAfterS: { least: 2, most: 2 } } },
      processes: [{ name: 'shop', cpuUsPerOrder: 2000, residentMb: 100, writtenPerOrder: 1000, readPerOrder: 0 }],
      countersPerOrder: { Innodb_rows_inserted: 16 },
      generator: { requests: 10, cpuUsPerRequest: 500, cpuPercent: 0.5, connections: 4 },
      incidents: [{ second: 0.5, what: 'order killed' }],
    });
    expect(summary.series.map(({ second, sent, completed, cpu }) => ({ second, sent, completed, cpu }))).toEqual([
      { second: 0, sent: 10, completed: 5, cpu: { shop: 50 } },
      { second: 1, sent: 0, completed: 0, cpu: {} },
      { second: 2, sent: 0, completed: 1, cpu: {} },
    ]);
  });

  test('is printed in the same columns as ever, with details in lines below them', () => {
    const { summary } = measured();
    expect(reportLine(summary).trim().split(/\s+/)).toEqual(['10', '8', '5', '1', '10', '10', '200', '2000', '2000', '100']);
    const lines = detailLines(summary).join('\n');
    for (const part of [
      '6 completed, 1 cancelled: payment_declined, 1 cancelled: payment_expired, 1 refused with 503, 1 unknown',
      '1 had no answer (no answer in time)',
      '1 CANCELLED BY A DEADLINE',
      '1 answers 503, Retry-After 2 to 2 s',
      'under way when the last was sent: 3, the oldest for 120 ms; all ended 1700 ms after it',
      '16 rows inserted',
      'second 0.5: order killed',
    ]) {
      expect(lines).toContain(part);
    }
  });

  test('is one self-contained page, and the same as JSON', async () => {
    using folder = temporaryFolder();
    const { summary } = measured();
    const reads = { 'order by id': percentilesOf([1, 2, 3]) };
    const point = { cpuUsPerOrder: { shop: 700 }, bytesPerOrder: { 'order.orders': 300 }, writtenPerOrder: 9000, readPerOrder: undefined, acceptedPerSecond: 100, answers: percentilesOf([5]), refused: 0, reads };
    const result: Result = {
      command: 'npm run bench -- --overload & <script>',
      mode: 'overload',
      seed: 1,
      at: '2026-01-01T00:00:00.000Z',
      machine: ['two cores'],
      runs: [summary, { ...summary, name: 'second' }],
      findings: ['best rate found: 10/s'],
      growth: [{ ...point, stored: 10_000 }, { ...point, stored: 100_000 }],
      raw: [{ what: 'commits', perSecond: 1234 }],
      wrong: [],
      checker: 'checker: 0 violations over 8 orders',
    };
    await saveResult(`${folder.path}/new/out`, result);
    expect(await Bun.file(`${folder.path}/new/out/result.json`).json()).toEqual(JSON.parse(JSON.stringify(result)));
    const html = await Bun.file(`${folder.path}/new/out/page.html`).text();
    const seen = await elementsOf(html);
    expect(seen.asked).toEqual([]);
    expect(seen.texts.h1).toEqual(['Souk under load']);
    expect(seen.texts.h2).toEqual(['Findings', 'Runs', 'As it grows', 'What the machine can do without the shop']);
    expect(seen.texts.code).toEqual(['npm run bench -- --overload &amp; &lt;script&gt;']);
    expect(seen.texts.figcaption).toEqual([
      'Orders, per second',
      'From when it should have been sent, ms',
      'Processor, percent of one core',
      'Placed until completed, ms',
      'Placed until answered, ms',
      'Processor for an order, us',
      'Bytes for an order, bytes',
      'Reads, p99, ms',
    ]);
    expect(html).not.toContain('NaN');
    expect(html).not.toContain('Infinity');
    for (const part of ['10/s &lt;b&gt;', 'refused with 503', 'order killed', '1,234', 'best rate found']) expect(html).toContain(part);
  });
});

/** The texts of some elements, and everything that a browser would ask somebody for. */
async function elementsOf(html: string): Promise<{ readonly texts: Record<string, string[]>; readonly asked: string[] }> {
  const texts: Record<string, string[]> = {};
  const asked: string[] = [];
  const rewriter = new HTMLRewriter().on('script,link,img,iframe,image,use', { element: ({ tagName }) => void asked.push(tagName) }).on('[src],[href]', { element: ({ tagName }) => void asked.push(tagName) });
  for (const name of ['h1', 'h2', 'code', 'figcaption']) {
    texts[name] = [];
    rewriter.on(name, {
      element: () => void texts[name]?.push(''),
      text: ({ text }) => void (texts[name] = [...(texts[name] ?? []).slice(0, -1), (texts[name]?.at(-1) ?? '') + text]),
    });
  }
  await rewriter.transform(new Response(html)).text();
  return { texts, asked: [...asked, ...(/url\((?!#)|@import/.exec(html) ?? [])] };
}

describe('after a flood', () => {
  const second = (p99: number | null) => ({ second: 0, sent: 10, accepted: 10, refused: 0, completed: 10, answer: null, complete: p99 === null ? null : ([p99, p99] as const), cpu: {} });
  const run = (...p99s: (number | null)[]) => ({ complete: percentilesOf([200]), series: p99s.map(second) });

  test('the shop has recovered when the p99 is normal for three seconds in a row', () => {
    expect(recovery([run(200), run(5000, 290, 4000, 250, 260, 240, 210)])).toContain('normal again (at most 300 ms, after 200 ms in the calm) for orders from 3 s after the flood');
    expect(recovery([run(200), run(5000, null, 4000, 250, 260)])).toContain('not normal again');
    expect(recovery([run(200)])).toContain('cut short');
  });
});

test('the usage of a process continues after a restart, and stands still while it is away', async () => {
  const seen = [10, 25, undefined, 5, 9];
  const read = usageMeter({
    shop: () => {
      const cpuMs = seen.shift();
      if (cpuMs === undefined) throw new Error('it does not run');
      return { cpuMs, residentMb: 50, writtenBytes: cpuMs * 10, readBytes: 0 };
    },
  });
  const all = [];
  for (let i = 0; i < 5; i += 1) all.push((await read()).shop);
  expect(all.map((usage) => [usage?.cpuMs, usage?.writtenBytes, usage?.residentMb])).toEqual([[10, 100, 50], [25, 250, 50], [25, 250, 0], [30, 300, 50], [34, 340, 50]]);
});

test('the bytes of an embedded shop are counted by table, indexes included', () => {
  using folder = temporaryFolder();
  const database = new Database(`${folder.path}/order.db`);
  for (const sql of ['create table orders (id text)', 'create index orders_id on orders (id)', 'create table lanes (id text)']) database.run(sql);
  const before = sqliteTables(folder.path);
  const insert = database.query('insert into orders values (?)');
  database.transaction(() => {
    for (let i = 0; i < 1000; i += 1) insert.run('x'.repeat(100));
  })();
  const after = sqliteTables(folder.path);
  database.close();
  expect(Object.keys(after)).toEqual(['order.lanes', 'order.orders', 'order.sqlite_schema']);
  // A hundred bytes each in the table, and once more in its index.
  expect((after['order.orders'] ?? 0) - (before['order.orders'] ?? 0)).toBeGreaterThan(200_000);
  expect(after['order.lanes']).toBe(before['order.lanes'] ?? 0);
});

test('marks and axes have round numbers', () => {
  expect(marksUpTo(300_000)).toEqual([10_000, 30_000, 100_000, 300_000]);
  expect(marksUpTo(5000)).toEqual([5000]);
  // The warm-up of five services stores 10,000.
  expect(marksUpTo(300_000, 10_007)).toEqual([30_000, 100_000, 300_000]);
  expect(marksUpTo(300_000, 9_990)).toEqual([30_000, 100_000, 300_000]);
  expect(ticksTo(830)).toEqual([0, 200, 400, 600, 800, 1000]);
  expect(ticksTo(0)).toHaveLength(2);
  expect(decadesAround(30, 4000)).toEqual([10, 100, 1000, 10_000]);
});

test('the last run before a mark, which is the one that is measured, is a whole slice', () => {
  expect([100_000, 200_500, 300_000, 899_500].map((stored) => nextRun(100_000, stored, 1_000_000))).toEqual([100_000, 100_000, 100_000, 100_500]);
  expect(nextRun(100_000, 850_000, 1_000_000)).toBe(50_000);
  // Arrivals are by chance, so a run may miss its mark by some: that is no reason for another one.
  expect([999_000, 1_000_000, 1_000_700].map((stored) => nextRun(100_000, stored, 1_000_000))).toEqual([0, 0, 0]);
  expect([nextRun(0, 0, 500), nextRun(0, 480, 500)]).toEqual([500, 0]);
});

describe('arguments', () => {
  test('have defaults for each kind of run', () => {
    expect(benchArguments([])).toMatchObject({ mode: 'rates', rates: [500, 1500, 2000], seconds: 10, arrivals: 'poisson', mix: 'orders', buyers: 10, seed: 1, real: false });
    expect(benchArguments(['--real'])).toMatchObject({ rates: [500, 1000], replicas: 1 });
    expect(benchArguments(['--overload', '--mix', 'shop', '--best', '900'])).toMatchObject({ mode: 'overload', seconds: 30, buyers: 2000, best: 900 });
    expect(benchArguments(['--real', '--kill', 'payment', '--seconds', '60', '--away', '20']).breaks).toEqual({ how: 'kill', name: 'payment', awaySeconds: 20 });
    expect(benchArguments(['--freeze', 'shop']).breaks).toEqual({ how: 'freeze', name: 'shop', awaySeconds: 5 });
  });

  test.each([
[['--rates', '0']],
    [['--rates', '500,x']],
    [['--rates', '']],
    [['--seconds', '1.5']],
    [['--seconds', '100000']],
    [['--arrivals', 'odd']],
    [['--mix', 'all']],
    [['--buyers', '0']],
    [['--skus', '20']],
    [['--mix', 'shop', '--skus', '4']],
    [['--connections', '0']],
    [['--seed', '-1']],
    [['--best', '100']],
    [['--products', '100']],
    [['--grow', '10']],
    [['--overload', '--hot']],
    [['--rates', '100', '--grow', '100000']],
    [['--kill', 'order']],
    [['--real', '--kill', 'shop']],
    [['--kill', 'shop', '--freeze', 'shop']],
    [['--away', '5']],
    [['--kill', 'shop', '--away', '6']],
    [['--hot', '--kill', 'shop']],
    [['--replicas', '2']],
    [['--real', '--replicas', '9']],
    [['--out', '']],
    [['orders']],
  ])('that are wrong are told in a sentence: %j', (argv) => {
    const wrong = () => benchArguments(argv);
    expect(wrong).toThrow(UsageError);
    expect(wrong).toThrow(/--|orders/);
  });
});
