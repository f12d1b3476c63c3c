import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigError, readConfig } from '@souk/chassis/config';
import { remoteKeys } from '@souk/chassis/http/remote-keys';
import { lifecycle, runUntilSignal } from '@souk/chassis/lifecycle';
import { openEmbeddedLog } from '@souk/chassis/log/embedded-log';
import { createLogger } from '@souk/chassis/logging';
import { createMetrics } from '@souk/chassis/metrics';
import { TOPIC_NAMES, TOPICS } from '@souk/contracts/topics';
import { productApi } from './catalogue/product-api.ts';
import { ORDER_CONFIG, type OrderConfig } from './config.ts';
import { createOrderService } from './service.ts';
import { openSqliteOrderStore } from './storage/open-sqlite.ts';

/** The order service as a process of its own: `--migrate` brings the schema up to date and ends. */
async function main(): Promise<number> {
  const config = readConfig(process.env, ORDER_CONFIG);
  await mkdir(dirname(config.databasePath), { recursive: true });
  return process.argv.includes('--migrate') ? migrate(config) : serve(config);
}

async function migrate({ databasePath, logLevel }: OrderConfig): Promise<number> {
  const store = openSqliteOrderStore({ path: databasePath });
  const steps = await store.migrate();
  createLogger({ service: 'order', level: logLevel }).info({ steps }, 'schema is up to date');
  await store.close();
  return 0;
}

async function serve(config: OrderConfig): Promise<number> {
  const logger = createLogger({ service: 'order', level: config.logLevel });
  await mkdir(dirname(config.eventLogPath), { recursive: true });
  const topics = TOPIC_NAMES.map((name) => ({ name, partitions: TOPICS[name].partitions }));
  const log = openEmbeddedLog({ path: config.eventLogPath, topics });
  const store = openSqliteOrderStore({ path: config.databasePath });
  const service = createOrderService({
    config,
    store,
    log,
    logger,
    metrics: createMetrics({ service: 'order', ownsProcess: true }),
    keys: remoteKeys({ url: config.jwksUrl }),
    lookup: productApi({ url: config.productUrl }),
  });
  const life = lifecycle([
    { name: 'event log', start: () => undefined, stop: () => log.close() },
    { name: 'database', start: () => undefined, stop: () => store.close() },
    { name: 'order', start: async () => logger.info(await service.start(), 'listening'), stop: () => service.close() },
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
