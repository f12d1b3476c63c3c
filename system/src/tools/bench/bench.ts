import { createReadStream } from 'node:fs';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { BenchArguments } from './bench-arguments.ts';
import type { Work } from './load/order-request.ts';
import { measuredRun, type MeasuredRun, type RunOptions } from './measured-run.ts';
import type { BenchShop } from './shop/bench-shop.ts';
import { makeBuyers, REGISTERED } from './work/buyers.ts';
import { makeMixedCatalogue, makePlainCatalogue, mixedOrders, plainOrders } from './work/orders.ts';

/** Everything that a mode of the benchmark works with. */
export interface Bench {
  readonly asked: BenchArguments;
  readonly shop: BenchShop;
  readonly work: Work;
  /** Fires when the user stops the benchmark; what was measured so far is reported. */
  readonly signal: AbortSignal;
  /** Orders that callers were promised, for the checker. */
  readonly promised: PromisedOrders;
  /** Runs the requested load, unless `work` is given. */
  run(options: Pick<RunOptions, 'name' | 'rate' | 'seconds' | 'breaks' | 'whenSent' | 'settleWhen'> & { readonly work?: Work }): Promise<MeasuredRun>;
}

const WARM_UP_RATE = 500;

/** Prepares a shop with goods and buyers. */
export async function prepareBench(given: Pick<Bench, 'asked' | 'shop' | 'signal' | 'promised'>): Promise<Bench> {
  const { asked, shop, signal, promised } = given;
  const work = await workFor(asked, shop);
  let runs = 0;
  const bench: Bench = {
    ...given,
    work,
    async run({ work: other = work, ...options }) {
      const { arrivals, retry, connections: bound } = asked;
      runs += 1;
      const measured = await measuredRun(shop, other, { ...options, arrivals, retry, bound, seed: asked.seed * 1000 + runs, signal });
      await promised.add([...measured.run.accepted.keys(), ...measured.run.placedLate]);
      return measured;
    },
  };
  return bench;
}

/** Warms up the compiler. These orders are checked like all others, but not reported. */
export function warmUp({ run, shop }: Bench): Promise<MeasuredRun> {
  return run({ name: 'warm-up', rate: WARM_UP_RATE, seconds: shop.warmUpSeconds });
}

async function workFor({ mix, buyers: count, skus, seed }: BenchArguments, shop: BenchShop): Promise<Work> {
  const registered = Math.min(REGISTERED, count);
  const signed = count - registered;
  const mixed = mix === 'shop';
  process.stderr.write(
    `${count} buyers: ${registered} registered with passwords${signed > 0 ? `, ${signed} by tokens signed with the key this shop was given` : ''}\n`,
  );
  if (mixed) await makeMixedCatalogue(shop, skus);
  else await makePlainCatalogue(shop);
  const buyers = await makeBuyers(shop, { registered, signed, declined: mixed });
  return mixed ? mixedOrders(shop, buyers, { skus, seed }) : plainOrders(shop, buyers);
}

/** Stores the ids of all orders that were answered 202 in a file, because there may be millions. */
interface PromisedOrders extends AsyncDisposable {
  add(ids: readonly string[]): Promise<void>;
  batches(): AsyncIterable<readonly string[]>;
}

const PER_BATCH = 1000;

export async function promisedOrders(): Promise<PromisedOrders> {
  const folder = await mkdtemp(join(tmpdir(), 'souk-promised-'));
  const file = join(folder, 'orders');
  await appendFile(file, '');
  return {
    add: (ids) => appendFile(file, ids.map((id) => `${id}\n`).join('')),
    async *batches() {
      let batch: string[] = [];
      for await (const id of createInterface({ input: createReadStream(file) })) {
        if (batch.push(id) < PER_BATCH) continue;
        yield batch;
        batch = [];
      }
      yield batch;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
