import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigError, readConfig } from '@souk/chassis/config';
import { remoteKeys } from '@souk/chassis/http/remote-keys';
import { lifecycle, runUntilSignal } from '@souk/chassis/lifecycle';
import { openEmbeddedLog } from '@souk/chassis/log/embedded-log';
import { createLogger } from '@souk/chassis/logging';
import { createMetrics } from '@souk/chassis/metrics';
import { TOPIC_NAMES, TOPICS } from '@souk/contracts/topics';
import { INVENTORY_CONFIG, type InventoryConfig } from './config.ts';
import { fetchSku } from './product/fetch-sku.ts';
import { createInventoryService } from './service.ts';
import { openSqliteInventoryStore } from './storage/open-sqlite.ts';

/** The inventory service as a process of its own: `--migrate` brings the schema up to date and ends. */
async function main(): Promise<number> {
  const config = readConfig(process.env, INVENTORY_CONFIG);
  await mkdir(dirname(config.databasePath), { recursive: true });
  return process.argv.includes('--migrate') ? migrate(config) : serve(config);
}

async function migrate({ databasePath, logLevel }: InventoryConfig): Promise<number> {
  const store = openSqliteInventoryStore({ path: databasePath });
  const steps = await store.migrate();
  createLogger({ service: 'inventory', level: logLevel }).info({ steps }, 'schema is up to date');
  await store.close();
  return 0;
}

async function serve(config: InventoryConfig): Promise<number> {
  const logger = createLogger({ service: 'inventory', level: config.logLevel });
  await mkdir(dirname(config.eventLogPath), { recursive: true });
  const topics = TOPIC_NAMES.map((name) => ({ name, partitions: TOPICS[name].partitions }));
  const log = openEmbeddedLog({ path: config.eventLogPath, topics });
  const store = openSqliteInventoryStore({ path: config.databasePath });
  const metrics = createMetrics({ service: 'inventory', ownsProcess: true });
  const keys = remoteKeys({ url: config.jwksUrl });
  const lookUpSku = fetchSku({ productUrl: config.productUrl });
  const service = createInventoryService({ config, store, log, logger, metrics, keys, lookUpSku });
  const life = lifecycle([
    { name: 'event log', start: () => undefined, stop: () => log.close() },
    { name: 'database', start: () => undefined, stop: () => store.close() },
    {
      name: 'inventory',
      start: async () => logger.info(await service.start(), 'listening'),
      stop: () => service.close(),
    },
  ]);
  return runUntilSignal(life, { logger });
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 3;
}
