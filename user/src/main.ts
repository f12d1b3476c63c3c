import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigError } from '@souk/chassis/config';
import { lifecycle, runUntilSignal } from '@souk/chassis/lifecycle';
import { openEmbeddedLog } from '@souk/chassis/log/embedded-log';
import { createLogger } from '@souk/chassis/logging';
import { createMetrics } from '@souk/chassis/metrics';
import { TOPIC_NAMES, TOPICS } from '@souk/contracts/topics';
import { readUserConfig, type UserConfig } from './config.ts';
import { createUserService } from './service.ts';
import { openSqliteUserStore } from './storage/open-sqlite.ts';

/** The user service as a process of its own: `--migrate` brings the schema up to date and ends. */
async function main(): Promise<number> {
  const config = readUserConfig(process.env);
  await mkdir(dirname(config.databasePath), { recursive: true });
  return process.argv.includes('--migrate') ? migrate(config) : serve(config);
}

async function migrate({ databasePath, logLevel }: UserConfig): Promise<number> {
  const store = openSqliteUserStore({ path: databasePath });
  const steps = await store.migrate();
  createLogger({ service: 'user', level: logLevel }).info({ steps }, 'schema is up to date');
  await store.close();
  return 0;
}

async function serve(config: UserConfig): Promise<number> {
  const logger = createLogger({ service: 'user', level: config.logLevel });
  await mkdir(dirname(config.eventLogPath), { recursive: true });
  const topics = TOPIC_NAMES.map((name) => ({ name, partitions: TOPICS[name].partitions }));
  const log = openEmbeddedLog({ path: config.eventLogPath, topics });
  const store = openSqliteUserStore({ path: config.databasePath });
  const metrics = createMetrics({ service: 'user', ownsProcess: true });
  const service = createUserService({ config, store, log, logger, metrics });
  const life = lifecycle([
    { name: 'event log', start: () => undefined, stop: () => log.close() },
    { name: 'database', start: () => undefined, stop: () => store.close() },
    {
      name: 'user',
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
