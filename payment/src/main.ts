import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigError, readConfig } from '@souk/chassis/config';
import { remoteKeys } from '@souk/chassis/http/remote-keys';
import { lifecycle, runUntilSignal } from '@souk/chassis/lifecycle';
import { openEmbeddedLog } from '@souk/chassis/log/embedded-log';
import { createLogger } from '@souk/chassis/logging';
import { createMetrics } from '@souk/chassis/metrics';
import { TOPIC_NAMES, TOPICS } from '@souk/contracts/topics';
import { PAYMENT_CONFIG, type PaymentConfig, simulatorLateMs } from './config.ts';
import { openSimulator } from './gateway/open-simulator.ts';
import { createPaymentService } from './service.ts';
import { openSqlitePaymentStore } from './storage/open-sqlite.ts';

/** The payment service as a process of its own: `--migrate` brings the schema up to date and ends. */
async function main(): Promise<number> {
  const config = readConfig(process.env, PAYMENT_CONFIG);
  await mkdir(dirname(config.databasePath), { recursive: true });
  return process.argv.includes('--migrate') ? migrate(config) : serve(config);
}

async function migrate({ databasePath, logLevel }: PaymentConfig): Promise<number> {
  const store = openSqlitePaymentStore({ path: databasePath });
  const steps = await store.migrate();
  createLogger({ service: 'payment', level: logLevel }).info({ steps }, 'schema is up to date');
  await store.close();
  return 0;
}

async function serve(config: PaymentConfig): Promise<number> {
  const logger = createLogger({ service: 'payment', level: config.logLevel });
  await mkdir(dirname(config.eventLogPath), { recursive: true });
  await mkdir(dirname(config.simulatorPath), { recursive: true });
  const topics = TOPIC_NAMES.map((name) => ({ name, partitions: TOPICS[name].partitions }));
  const log = openEmbeddedLog({ path: config.eventLogPath, topics });
  const store = openSqlitePaymentStore({ path: config.databasePath });
  const gateway = openSimulator({
    path: config.simulatorPath,
    latencyMs: config.simulatorLatencyMs,
    slowMs: config.simulatorSlowMs,
    lateMs: simulatorLateMs(config),
  });
  const metrics = createMetrics({ service: 'payment', ownsProcess: true });
  const keys = remoteKeys({ url: config.jwksUrl });
  const service = createPaymentService({ config, store, log, gateway, logger, metrics, keys });
  const life = lifecycle([
    { name: 'event log', start: () => undefined, stop: () => log.close() },
    { name: 'database', start: () => undefined, stop: () => store.close() },
    { name: 'gateway', start: () => undefined, stop: () => gateway.close() },
    {
      name: 'payment',
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
