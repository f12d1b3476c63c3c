import type { Work } from './load/order-request.ts';
import { type LoadOptions, type LoadResult, runLoad } from './load/run-load.ts';
import { allEnded, type WaitingOrders, waitingOrders } from './order-ends.ts';
import type { BenchShop, Usages } from './shop/bench-shop.ts';

/** The resources used by the shop and the generator up to one moment. */
export interface Sample {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly usage: Usages;
}

/** One run until its last order has ended, and the resources used for it. */
export interface MeasuredRun {
  readonly name: string;
  readonly rate: number;
  readonly run: LoadResult;
  readonly waitingAtEnd: WaitingOrders;
  readonly before: Usages;
  readonly after: Usages;
  readonly countersBefore: Readonly<Record<string, number>>;
  readonly countersAfter: Readonly<Record<string, number>>;
  /** One a second, while orders were sent. */
  readonly samples: readonly Sample[];
  readonly incidents: readonly Incident[];
  /** The usage includes the drain, until the last order of the run had ended. */
  readonly isDrained: boolean;
}

export interface RunOptions extends Pick<LoadOptions, 'rate' | 'seconds' | 'arrivals' | 'seed' | 'retry' | 'bound' | 'settleWhen'> {
  readonly name: string;
  readonly breaks?: Break | undefined;
  /**
   * Called when the last order was sent, so that what follows can begin at once. A run with it does not wait until its orders
   * have ended, and its usage counts up to this moment only.
   */
  readonly whenSent?: () => void;
  readonly signal?: AbortSignal | undefined;
}

const SAMPLE_EVERY_MS = 1000;

export async function measuredRun(shop: BenchShop, work: Work, { name, breaks, whenSent: told, signal, ...options }: RunOptions): Promise<MeasuredRun> {
  process.stderr.write(`${name}: ${options.rate} orders/s for ${options.seconds} s\n`);
  const usedSoFar = async () => [await shop.usage(), await shop.counters().catch(() => ({}))] as const;
  const [before, countersBefore] = await usedSoFar();
  const sampling = sampleUsage(shop);
  let waitingAtEnd: WaitingOrders = { open: 0, oldestMs: 0 };
  let used: Awaited<ReturnType<typeof usedSoFar>> | undefined;
  const whenSent = async () => {
    await sampling.stop();
    waitingAtEnd = await waitingOrders(shop.records).catch(() => waitingAtEnd);
    if (told === undefined) return;
    used = await usedSoFar();
    told();
  };
  const [run, incidents] = await Promise.all([
    runLoad({ ...work, ...options, whenSent, ...(signal && { signal }) }),
    breaks === undefined ? [] : breakInTheMiddle(shop, breaks, options.seconds, signal),
  ]);
  if (used === undefined) await allEnded(shop.records, signal);
  const [after, countersAfter] = used ?? (await usedSoFar());
  return { name, rate: options.rate, run, waitingAtEnd, before, after, countersBefore, countersAfter, samples: sampling.samples, incidents, isDrained: used === undefined };
}

function sampleUsage(shop: BenchShop) {
  const samples: Sample[] = [];
  let reading = Promise.resolve();
  const read = async (): Promise<void> => {
    const [usage, { user, system }] = [await shop.usage(), process.cpuUsage()];
    samples.push({ at: Date.now(), usage: { ...usage, generator: { cpuMs: (user + system) / 1000, residentMb: 0 } } });
  };
  reading = read();
  const timer = setInterval(() => void (reading = reading.then(read)), SAMPLE_EVERY_MS);
  return {
    samples,
    async stop() {
      clearInterval(timer);
      await reading;
      await read();
    },
  };
}

/** A process that is killed or frozen in the middle of a run, and comes back after a while. */
export interface Break {
  readonly name: string;
  readonly how: 'kill' | 'freeze';
  readonly awaySeconds: number;
}

/** Something that happened to a process, with its time in epoch milliseconds. */
export interface Incident {
  readonly at: number;
  readonly what: string;
}

const busy = new WeakMap<BenchShop, Promise<void>>();

/** Breaks a process in the middle of a run that begins now; resolves with what happened when it serves again. */
async function breakInTheMiddle(shop: BenchShop, { name, how, awaySeconds }: Break, runSeconds: number, signal?: AbortSignal): Promise<readonly Incident[]> {
  const one = shop.breakable[name];
  if (one === undefined) throw new Error(`this shop has no process ${name}`);
  const incidents: Incident[] = [];
  const told = (what: string) => {
    incidents.push({ at: Date.now(), what });
    process.stderr.write(`${what}\n`);
  };
  await sleep((runSeconds * 1000) / 2, signal);
  // The previous run may still wait for the same process to serve.
  const before = busy.get(shop) ?? Promise.resolve();
  const { promise, resolve } = Promise.withResolvers<void>();
  busy.set(shop, promise);
  await before;
  try {
    if (signal?.aborted === true) return incidents;
    await (how === 'kill' ? one.kill() : one.freeze());
    told(`${name} ${how === 'kill' ? 'killed' : 'frozen'}`);
    await sleep(awaySeconds * 1000, signal);
    await (how === 'kill' ? one.start() : one.thaw());
    told(`${name} back`);
    return incidents;
  } finally {
    resolve();
  }
}

async function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  const until = performance.now() + ms;
  const isOver = () => performance.now() >= until || signal?.aborted === true;
  while (!isOver()) await Bun.sleep(Math.min(100, Math.max(1, until - performance.now())));
}
