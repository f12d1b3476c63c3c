import type { ServiceName } from '@souk/contracts/services';

interface Read {
  readonly service: ServiceName;
  /** Not 200, or no answer. */
  readonly fault: string | null;
}

/** Somebody who looks something up in every service ten times a second, whatever becomes of the others. */
export interface SteadyReads {
  /** All so far, in the order of their answers. */
  readonly answered: readonly Read[];
  stop(): Promise<void>;
}

const PATHS: Readonly<Partial<Record<ServiceName, string>>> = {
  product: '/products?limit=1',
  inventory: '/stock/BENCH-0',
  order: '/orders?limit=1',
  payment: '/payment-methods',
  user: '/users/me',
};
const PAUSE_MS = 100;
const LIMIT_MS = 10_000;

/** Sends a request to a service. */
export type Send = (service: ServiceName, path: string, init: RequestInit) => Promise<Response>;

export function steadyReads(token: string, send: Send): SteadyReads {
  const answered: Read[] = [];
  const over = new AbortController();

  async function faultOf(service: ServiceName): Promise<string | null> {
    try {
      const response = await send(service, PATHS[service] ?? '', {
        signal: AbortSignal.timeout(LIMIT_MS),
        headers: { authorization: `Bearer ${token}` },
      });
      const text = await response.text();
      return response.status === 200 ? null : `${response.status} ${text}`;
    } catch (error) {
      return String(error);
    }
  }

  async function readSteadily(service: ServiceName): Promise<void> {
    for (; !over.signal.aborted; await Bun.sleep(PAUSE_MS)) answered.push({ service, fault: await faultOf(service) });
  }

  const reading = Promise.all((Object.keys(PATHS) as ServiceName[]).map(readSteadily));
  return {
    answered,
    async stop() {
      over.abort();
      await reading;
    },
  };
}
