import { allOf } from '../../../verify/batches.ts';
import { type Bench, warmUp } from '../bench.ts';
import type { Work } from '../load/order-request.ts';
import type { MeasuredRun } from '../measured-run.ts';
import { report, said } from '../report.ts';
import type { Result } from '../summary.ts';
import { makeBuyers, REGISTERED } from '../work/buyers.ts';
import { ADDRESS, makeCatalogue } from '../work/orders.ts';

/** One run for each requested rate. */
export async function runRates(bench: Bench): Promise<Partial<Result>> {
  const { asked, signal } = bench;
  await warmUp(bench);
  const runs: MeasuredRun[] = [];
  for (const rate of asked.rates) {
    if (signal.aborted) break;
    runs.push(await bench.run({ name: `${rate}/s`, rate, seconds: asked.seconds, breaks: asked.breaks }));
  }
  return report(bench, runs);
}

const ORDERS = 20_000;
const SECONDS = 10;
const UNITS = 1000;
const SKU = 'BENCH-FLASH';

/** Places twenty thousand orders for a thousand units of one SKU: the shop must sell exactly those. */
export async function runHot(bench: Bench): Promise<Partial<Result>> {
  const { asked, shop } = bench;
  await warmUp(bench);
  await makeCatalogue(shop, 1, () => ({ sku: SKU, title: 'The flash sale', cents: 9900, pieces: UNITS }));
  const buyers = await makeBuyers(shop, { registered: 0, signed: Math.max(1, asked.buyers - REGISTERED), declined: false });
  const work: Work = {
    orderUrls: bench.work.orderUrls,
    order(n) {
      const buyer = buyers[n % buyers.length];
      if (buyer === undefined) throw new Error('there are no buyers');
      const body = JSON.stringify({ items: [{ sku: SKU, quantity: 1 }], shippingAddress: ADDRESS, paymentMethodId: buyer.methodId });
      return { token: buyer.token(), body, kind: 'hot', freshToken: buyer.token };
    },
  };
  const run = await bench.run({ name: 'flash sale', rate: ORDERS / SECONDS, seconds: SECONDS, work });
  const { runs } = await report(bench, [run]);
  const sold = await unitsSold(bench);
  const [summary] = runs;
  const took = summary === undefined ? 0 : Math.round(summary.elapsedMs + summary.drainMs);
  const findings = [`${sold} of ${UNITS} units sold to ${buyers.length} buyers; all had ended ${took} ms after the first order`];
  findings.forEach(said);
  return { runs, findings, wrong: sold === UNITS ? [] : [`${sold} units were sold and not ${UNITS}`] };
}

function unitsSold({ shop }: Pick<Bench, 'shop'>): Promise<number> {
  return shop.records.sql('order', async (rows) => {
    const sql = `select coalesce(sum(i.quantity), 0) as sold from order_items i join orders o on o.id = i.order_id where i.sku = '${SKU}' and o.status = 'completed'`;
    const [row] = await allOf(rows<{ sold: number | string }>(sql));
    return Number(row?.sold ?? 0);
  });
}
