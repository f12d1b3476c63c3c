import type { Lifecycle } from '@souk/chassis/service/lifecycle';
import { SERVICES } from '@souk/contracts/services';
import { EnvironmentError } from '../cli/errors.ts';
import { askReady } from './ask-ready.ts';
import type { ServiceUrls } from './shop-client.ts';

const READY_LIMIT_MS = 60_000;
const BETWEEN_PROBES_MS = 250;

/** A shop that already runs somewhere: `start` waits until it is ready, `stop` leaves it alone. */
export function deployedShop(host: string, firstPort: number): Lifecycle & { urls(): ServiceUrls } {
  const entries = SERVICES.map((name, index) => [name, `http://${host}:${firstPort + index}`] as const);
  const urls = Object.fromEntries(entries) as ServiceUrls;
  return {
    urls: () => urls,
    async start() {
      await Promise.all(entries.map(([name, url]) => ready(name, url)));
    },
    stop: async () => undefined,
  };
}

async function ready(name: string, url: string): Promise<void> {
  const limit = performance.now() + READY_LIMIT_MS;
  for (;;) {
    const missing = await askReady(url);
    if (missing === null) return;
    if (performance.now() > limit) throw new EnvironmentError(`${name} at ${url} is not ready: ${missing}`, 'Start the shop first.');
    await Bun.sleep(BETWEEN_PROBES_MS);
  }
}
