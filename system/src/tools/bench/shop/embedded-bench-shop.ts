import { Database } from 'bun:sqlite';
import { readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Environment } from '@souk/chassis/service/config';
import { startShopProcess } from '../../../shop/shop-process.ts';
import { embeddedRecords } from '../../../verify/embedded-records.ts';
import { freePort, isFree } from '../../servers/free-port.ts';
import { newSigningKey } from '../work/tokens.ts';
import { BENCH_SETTINGS, type BenchShop, diskBytes, usageMeter } from './bench-shop.ts';

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

/** Sizing the tables of a file reads all of its pages: a larger file is reported as a whole. */
const PARTS_LIMIT = 2 ** 31;

/** Bytes of each table of each file in a folder, its indexes included; of the whole file if it is too large for that. */
export function sqliteTables(folder: string): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.db'))) {
    const path = join(folder, file);
    for (const { name, bytes } of partsOf(path)) sizes[`${basename(file, '.db')}.${name}`] = bytes;
  }
  return sizes;
}

function partsOf(path: string): readonly { readonly name: string; readonly bytes: number }[] {
  const { size } = statSync(path);
  if (size > PARTS_LIMIT) return [{ name: '*', bytes: size }];
  const database = new Database(path, { readonly: true });
  try {
    return database
      .query<{ name: string; bytes: number }, []>(
        `select coalesce(m.tbl_name, s.name) as name, sum(s.pgsize) as bytes from dbstat s left join sqlite_schema m on m.name = s.name group by 1 order by 1`,
      )
      .all();
  } finally {
    database.close();
  }
}
