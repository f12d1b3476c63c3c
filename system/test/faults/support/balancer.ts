import type { ServiceName } from '@souk/contracts/services';

/** In front of several replicas of each service, as in a cluster: whoever says it is ready is sent requests in turn. */
export interface Balancer {
  /** To a replica that said it was ready when it was asked last. Nothing is sent twice. */
  send(service: ServiceName, path: string, init: RequestInit): Promise<Response>;
  /** How many requests each replica has answered, by its URL. */
  readonly answered: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

interface Replica {
  readonly url: string;
}
type Replicas = Readonly<Partial<Record<ServiceName, readonly Replica[]>>>;

const PROBE_LIMIT_MS = 1000;
const BETWEEN_PROBES_MS = 100;
const READY_LIMIT_MS = 10_000;

/** Starts to send once each replica was asked for the first time. */
export async function balancer(replicas: Replicas): Promise<Balancer> {
  const all = Object.values(replicas).flat();
  const ready = new Set<string>();
  const answered = new Map<string, number>();
  const over = new AbortController();
  let turn = 0;

  async function probe({ url }: Replica): Promise<void> {
    if (await isReady(url)) ready.add(url);
    else ready.delete(url);
  }

  async function probeSteadily(replica: Replica): Promise<void> {
    for (; !over.signal.aborted; await Bun.sleep(BETWEEN_PROBES_MS)) await probe(replica);
  }

  async function next(service: ServiceName): Promise<string> {
    for (const limit = performance.now() + READY_LIMIT_MS; performance.now() < limit; await Bun.sleep(5)) {
      const candidates = (replicas[service] ?? []).filter(({ url }) => ready.has(url));
      const chosen = candidates[(turn += 1) % Math.max(1, candidates.length)];
      if (chosen !== undefined) return chosen.url;
    }
    throw new Error(`no replica of ${service} is ready`);
  }

  await Promise.all(all.map(probe));
  const probing = Promise.all(all.map(probeSteadily));
  return {
    answered,
    async send(service, path, init) {
      const url = await next(service);
      const response = await fetch(`${url}${path}`, init);
      answered.set(url, (answered.get(url) ?? 0) + 1);
      return response;
    },
    async stop() {
      over.abort();
      await probing;
    },
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(PROBE_LIMIT_MS) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    // Whatever keeps it from answering, it is not ready.
    return false;
  }
}
