import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '@souk/chassis/config';
import { startShopProcess } from '../shop/shop-process.ts';
import { embeddedRecords } from '../verify/embedded-records.ts';
import type { BenchShop } from './bench-shop.ts';
import { WITHOUT_LIMITS } from '../shop/without-limits.ts';

/** All five services in one process, on embedded engines; nobody's requests are counted unless `env` says so. */
export async function embeddedBenchShop(settings: Environment = {}): Promise<BenchShop> {
  const folder = await mkdtemp(join(tmpdir(), 'souk-bench-'));
  const shop = await startShopProcess({ folder, env: { ...process.env, LOG_LEVEL: 'error', ...WITHOUT_LIMITS, ...settings } });
  return {
    urls: shop.urls,
    accounts: shop.accounts,
    about: [`embedded; ready after ${shop.readyMs} ms, ${shop.residentMb()} MB`],
    records: embeddedRecords(folder),
    warmUpSeconds: 5,
    usage: async () => ({ shop: { cpuMs: shop.cpuMs(), residentMb: shop.residentMb() } }),
    async stop() {
      await shop.stop();
    },
    async discard() {
      shop.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
