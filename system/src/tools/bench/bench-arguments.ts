import { parseArgs } from 'node:util';
import { SERVICES } from '@souk/contracts/services';
import { UsageError, withUsage } from '../../cli/errors.ts';
import type { Break } from './measured-run.ts';
import { ARRIVALS, type Arrivals } from './load/random.ts';
import { CONNECTION_BOUND } from './load/connections.ts';

export const BENCH_HELP = `npm run bench                  open-loop load on an embedded shop in a process of its own, then the checker
npm run bench -- --real        the same on five compiled services with servers of their own (compiled first where needed)
  --replicas N                 with --real: N processes each of order, inventory and payment (default 1)

Runs, one of:
  --rates A,B,C                orders offered per second, one run each (default 500,1500,2000; real: 500,1000)
  --overload                   finds the best rate, then offers 60, 100, 150, 300 and 60 % of it
    --best N                   takes N orders/s as the best rate instead of looking for it
  --grow N                     stores N orders at 80 % of --best (default 1000; real: 800) and measures at 10^4, 3*10^4, 10^5, ...
    --products N               puts N more products into the catalogue (default 0)
  --hot                        20,000 orders on one SKU with 1,000 units

The load:
  --seconds N                  length of a run or of a step (default 10; --overload: 30, its first and last step 60 at most)
  --arrivals poisson|even      independent customers, or orders at equal intervals (default poisson)
  --mix orders|shop            good orders only, or what a shop sees: declines, cancellations, repeated keys,
                               one hot SKU, many SKUs of which few are asked for often (default orders)
  --buyers N                   customers: ten are registered, the others only have tokens (default 10; --mix shop, --hot: 2000)
  --skus N                     articles of --mix shop (default 200)
  --retry                      refused callers retry after the time in Retry-After
  --connections N              most connections at once (default ${CONNECTION_BOUND})
  --pages N                    pages of the console that read along, at most 20 (default 0)
  --seed N                     seed of the arrivals and of the mixed orders (default 1)

Faults, in the middle of each run of --rates, or of each step of --overload at 100 % and more:
  --kill NAME                  kills a process (SIGKILL) and starts it again: shop; real: a service, mysql, mongodb, kafka
  --freeze NAME                freezes a process (SIGSTOP) and resumes it
    --away S                   seconds without it, at most half of --seconds (default 10)

And:
  --raw                        what the machine can do without the shop: rows, commits, messages, requests
  --out FOLDER                 writes result.json and a page with plots, page.html, there
`;

/** Printed after wrong usage. */
export const BENCH_USAGE = `npm run bench -- [--real] [--rates A,B | --overload | --grow N | --hot] [--seconds N] [--out FOLDER]
npm run bench -- --help        all options
`;

export interface BenchArguments {
  readonly help: boolean;
  readonly real: boolean;
  readonly replicas: number;
  readonly mode: 'rates' | 'overload' | 'grow' | 'hot';
  readonly rates: readonly number[];
  readonly best: number | undefined;
  readonly grow: number;
  readonly products: number;
  readonly seconds: number;
  readonly arrivals: Arrivals;
  readonly mix: 'orders' | 'shop';
  readonly buyers: number;
  readonly skus: number;
  readonly retry: boolean;
  readonly connections: number;
  readonly pages: number;
  readonly seed: number;
  readonly breaks: Break | undefined;
  readonly raw: boolean;
  readonly out: string | undefined;
}

const OPTIONS = {
  real: { type: 'boolean', default: false },
  replicas: { type: 'string' },
  rates: { type: 'string' },
  overload: { type: 'boolean', default: false },
  best: { type: 'string' },
  grow: { type: 'string' },
  products: { type: 'string' },
  hot: { type: 'boolean', default: false },
  seconds: { type: 'string' },
  arrivals: { type: 'string', default: 'poisson' },
  mix: { type: 'string', default: 'orders' },
  buyers: { type: 'string' },
  skus: { type: 'string' },
  retry: { type: 'boolean', default: false },
  connections: { type: 'string' },
  pages: { type: 'string' },
  seed: { type: 'string' },
  kill: { type: 'string' },
  freeze: { type: 'string' },
  away: { type: 'string' },
  raw: { type: 'boolean', default: false },
  out: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

const SERVERS = ['mysql', 'mongodb', 'kafka'];
const MOST_RATE = 20_000;

/** Throws UsageError. */
export function benchArguments(argv: readonly string[]): BenchArguments {
  const { values } = withUsage(() => parseArgs({ args: [...argv], allowPositionals: false, options: OPTIONS }));
  const { real, rates, overload, hot, grow, kill, freeze } = values;
  const modes = [rates !== undefined, overload, grow !== undefined, hot].filter(Boolean).length;
  if (modes > 1) throw new UsageError('--rates, --overload, --grow and --hot are different runs: choose one');
  const mode = overload ? 'overload' : hot ? 'hot' : grow === undefined ? 'rates' : 'grow';
  if (values.best !== undefined && mode !== 'overload' && mode !== 'grow') throw new UsageError('--best goes with --overload or --grow');
  if (values.products !== undefined && mode !== 'grow') throw new UsageError('--products goes with --grow');
  if (values.replicas !== undefined && !real) throw new UsageError('--replicas goes with --real: an embedded shop is one process');
  if (values.out === '') throw new UsageError('--out needs a folder');
  const seconds = whole('--seconds', values.seconds ?? (mode === 'overload' ? '30' : '10'), 1, 3600);
  const breaks = breakOf({ kill, freeze, away: values.away, real, seconds });
  if (breaks !== undefined && mode !== 'rates' && mode !== 'overload') throw new UsageError('--kill and --freeze go with --rates or --overload');
  const mix = oneOf('--mix', values.mix, ['orders', 'shop']);
  if (values.skus !== undefined && mix !== 'shop') throw new UsageError('--skus goes with --mix shop');
  const manyBuyers = mix === 'shop' || mode === 'hot';
  return {
    help: values.help,
    real,
    replicas: whole('--replicas', values.replicas ?? '1', 1, 5),
    mode,
    rates: (rates ?? (real ? '500,1000' : '500,1500,2000')).split(',').map((rate) => whole('--rates', rate, 1, MOST_RATE)),
    best: values.best === undefined ? undefined : whole('--best', values.best, 1, MOST_RATE),
    grow: whole('--grow', grow ?? '0', mode === 'grow' ? 1000 : 0, 100_000_000),
    products: whole('--products', values.products ?? '0', 0, 1_000_000),
    seconds,
    arrivals: oneOf('--arrivals', values.arrivals, ARRIVALS),
    mix,
    buyers: whole('--buyers', values.buyers ?? (manyBuyers ? '2000' : '10'), 1, 100_000),
    skus: whole('--skus', values.skus ?? '200', 5, 100_000),
    retry: values.retry,
    connections: whole('--connections', values.connections ?? String(CONNECTION_BOUND), 1, 60_000),
    pages: whole('--pages', values.pages ?? '0', 0, 20),
    seed: whole('--seed', values.seed ?? '1', 0, 2 ** 31),
    breaks,
    raw: values.raw,
    out: values.out,
  };
}

interface BreakOptions {
  readonly kill: string | undefined;
  readonly freeze: string | undefined;
  readonly away: string | undefined;
  readonly real: boolean;
  readonly seconds: number;
}

/** Reads the options of a fault. The process comes back before the run is over. */
function breakOf({ kill, freeze, away, real, seconds }: BreakOptions): Break | undefined {
  if (kill !== undefined && freeze !== undefined) throw new UsageError('--kill and --freeze: choose one');
  const name = kill ?? freeze;
  if (name === undefined) {
    if (away !== undefined) throw new UsageError('--away goes with --kill or --freeze');
    return undefined;
  }
  const half = Math.floor(seconds / 2);
  const how = kill === undefined ? 'freeze' : 'kill';
  return { how, name: oneOf(`--${how}`, name, real ? [...SERVICES, ...SERVERS] : ['shop']), awaySeconds: whole('--away', away ?? String(Math.min(10, half)), 0, half) };
}

function whole(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < least || value > most) {
    throw new UsageError(`${option} needs ${option === '--rates' ? 'whole numbers' : 'a whole number'} from ${least} to ${most}, not '${text}'`);
  }
  return value;
}

function oneOf<T extends string>(option: string, text: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw new UsageError(`${option} is one of ${choices.join(', ')}, not '${text}'`);
  return found;
}
