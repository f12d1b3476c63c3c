import type { BenchShop } from './shop/bench-shop.ts';

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
export async function breakInTheMiddle(shop: BenchShop, { name, how, awaySeconds }: Break, runSeconds: number, signal?: AbortSignal): Promise<readonly Incident[]> {
  const one = shop.breakable[name];
  if (one === undefined) throw new Error(`${name} is no process of this shop`);
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
