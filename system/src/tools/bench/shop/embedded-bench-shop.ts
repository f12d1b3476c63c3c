import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '@souk/chassis/service/config';
import { freePort, isFree } from '../../servers/free-port.ts';
import { startShopProcess } from '../../../shop/shop-process.ts';
import { embeddedRecords } from '../../../verify/embedded-records.ts';
import { newSigningKey } from '../work/signing-key.ts';
import { BENCH_SETTINGS, type BenchShop } from './bench-shop.ts';
import { sqliteTables } from './sqlite-tables.ts';
import { diskBytes, usageMeter } from './usage-meter.ts';

/** All five services in one process, on embedded engines; without rate limits unless `settings` say so. */
export async function embeddedBenchShop(settings: Environment = {}): Promise<BenchShop> {
  const folder = await mkdtemp(join(tmpdir(), 'souk-bench-'));
  const signingKey = newSigningKey();
  const env = { ...process.env, LOG_LEVEL: 'error', SOUK_SIGNING_KEY: signingKey.text, ...BENCH_SETTINGS, ...settings };
  const firstPort = fivePorts();
  let shop = await startShopProcess({ folder, firstPort, env });
  return {
    urls: shop.urls,
    orderUrls: [shop.urls.order],
    accounts: shop.accounts,
    signingKey,
    about: [`embedded; ready after ${shop.readyMs} ms, ${shop.residentMb()} MB`],
    records: embeddedRecords(folder),
    warmUpSeconds: 5,
    breakable: {
      shop: {
        async kill() {
          shop.kill();
          await shop.exited;
        },
        async start() {
          shop = await startShopProcess({ folder, firstPort, env });
        },
        freeze: async () => void process.kill(shop.pid, 'SIGSTOP'),
        thaw: async () => void process.kill(shop.pid, 'SIGCONT'),
      },
    },
    usage: usageMeter({ shop: () => ({ cpuMs: shop.cpuMs(), residentMb: shop.residentMb(), ...diskBytes(shop.pid) }) }),
    counters: async () => ({}),
    tables: async () => sqliteTables(folder),
    async stop() {
      await shop.stop();
    },
    async discard() {
      shop.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The first of five free ports in a row: a shop that was killed comes back at the same addresses. */
function fivePorts(): number {
  for (;;) {
    const first = freePort();
    if ([1, 2, 3, 4].every((next) => isFree(first + next))) return first;
  }
}
