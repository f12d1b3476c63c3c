import { openEmbeddedLog } from '@souk/chassis/log/embedded/embedded-log';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { SERVICES } from '@souk/contracts/services';
import { withPartitions } from '@souk/contracts/topics';
import { loadAccounts } from '../../src/shop/embedded/accounts.ts';
import { embeddedShop } from '../../src/shop/embedded/embedded-shop.ts';
import { shopFiles } from '../../src/shop/embedded/shop-files.ts';
import { startShopProcess } from '../../src/shop/shop-process.ts';
import { embeddedRecords } from '../../src/verify/embedded-records.ts';
import { columnsIn, executeIn } from './execute-sqlite.ts';
import { type Ground, UNLIMITED } from './ground.ts';
import { rowsInSqlite } from './rows-in-sqlite.ts';

/** A data folder; the shop runs in this process, or apart as one process. `logLine` gets all that it logs. */
export async function embeddedGround(logLine?: (line: string) => void): Promise<Ground> {
  const { path: folder, remove } = temporaryFolder();
  const files = shopFiles(folder);
  const { admin } = await loadAccounts(files.accounts);
  return {
    admin,
    records: embeddedRecords(folder),
    kept: async () => SERVICES.flatMap((service) => rowsInSqlite(files.databases[service], service)),
    verifyParameters: ['--data', folder],
    async start(env) {
      const logging = logLine === undefined ? ({ logLevel: 'fatal' } as const) : ({ logLevel: 'debug', logTo: { write: logLine } } as const);
      const shop = embeddedShop({ folder, firstPort: 0, admin, ...logging, env: { ...UNLIMITED, ...env } });
      await shop.start();
      return { urls: shop.urls(), stop: () => shop.stop() };
    },
    async startApart(env) {
      const shop = await startShopProcess({ folder, env: { LOG_LEVEL: 'fatal', ...UNLIMITED, ...env } });
      return {
        urls: shop.urls,
        async stop() {
          const code = await shop.stop();
          if (code !== 0) throw new Error(`the shop ended with ${code}`);
        },
        async kill() {
          shop.kill();
          await shop.exited;
        },
      };
    },
    takesMessagesWhileRunning: false,
    async append(messages) {
      const topics = withPartitions();
      const log = openEmbeddedLog({ path: files.log, topics });
      try {
        await log.send(messages);
      } finally {
        await log.close();
      }
    },
    execute: async (books, sql) => executeIn(books === 'gateway' ? files.gateway : files.databases[books], sql),
    writtenColumns: async (books, table) => columnsIn(books === 'gateway' ? files.gateway : files.databases[books], table),
    [Symbol.asyncDispose]: async () => remove(),
  };
}
