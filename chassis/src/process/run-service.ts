import { TOPIC_NAMES, TOPICS } from '@souk/contracts/topics';
import { ConfigError } from '../config.ts';
import { PortBusyError } from '../http/listen.ts';
import { declareTopics } from '../kafka/declare-topics.ts';
import { openKafkaLog } from '../kafka/kafka-log.ts';
import { lifecycle, runUntilSignal } from '../lifecycle.ts';
import { EventLogError } from '../log/event-log-error.ts';
import { createLogger, type Logger } from '../logging.ts';
import { createMetrics } from '../metrics.ts';
import { StorageError } from '../storage-error.ts';
import type { EngineConfig } from './engine-config.ts';
import { EXIT } from './exit-code.ts';
import { withSecretFiles } from './secret-files.ts';
import type { ProcessStore, ServiceProcess } from './service-process.ts';
import { databaseAnswers } from './database-answers.ts';

const TOPICS_DECLARED = TOPIC_NAMES.map((name) => ({ name, partitions: TOPICS[name].partitions }));

/**
 * A service as a process of its own. `--migrate` brings its schema up to date and ends, `--topics` makes the topics and
 * ends, without either it serves until SIGTERM. Answers the exit code.
 */
export async function runService<Config extends EngineConfig, Store extends ProcessStore>(
  program: ServiceProcess<Config, Store>,
  flags: readonly string[],
): Promise<number> {
  try {
    const config = program.readConfig(withSecretFiles(process.env, program.variables));
    const logger = createLogger({ service: program.name, level: config.logLevel });
    switch (flags.join(' ')) {
      case '':
        return await serve(program, config, logger);
      case '--migrate':
        return await migrate(program, config, logger);
      case '--topics':
        return await makeTopics(program, config, logger);
      default:
        return told(EXIT.usage, `unknown: ${flags.join(' ')}; known: --migrate, --topics, --health`);
    }
  } catch (error) {
    return explain(error);
  }
}

async function migrate<Config extends EngineConfig, Store extends ProcessStore>(
  { openStore }: ServiceProcess<Config, Store>,
  config: Config,
  logger: Logger,
): Promise<number> {
  const store = openStore({ url: config.databaseUrl, poolSize: config.databasePool });
  try {
    await databaseAnswers(store, logger);
    logger.info({ steps: await store.migrate() }, 'the schema is up to date');
    return EXIT.ok;
  } finally {
    await store.close();
  }
}

async function makeTopics(
  { name }: { readonly name: string },
  { brokers, topicPrefix, replication }: EngineConfig,
  logger: Logger,
): Promise<number> {
  const clientId = `souk-${name}`;
  const replicationFactor = replication === 0 ? {} : { replicationFactor: replication };
  const made = await declareTopics({ brokers, clientId, topics: TOPICS_DECLARED, topicPrefix, ...replicationFactor });
  logger.info({ made }, 'all topics are there');
  return EXIT.ok;
}

async function serve<Config extends EngineConfig, Store extends ProcessStore>(
  { name, openStore, create }: ServiceProcess<Config, Store>,
  config: Config & { readonly instance: string },
  logger: Logger,
): Promise<number> {
  const { brokers, topicPrefix } = config;
  const store = openStore({ url: config.databaseUrl, poolSize: config.databasePool });
  const report = (error: unknown, message: string) => logger.error({ err: error }, message);
  const log = await openKafkaLog({
    brokers,
    clientId: `${name}-${config.instance}`,
    topics: TOPICS_DECLARED,
    topicPrefix,
    report,
    onHandlerFailure: (failure) => logger.warn(failure, 'messages come again'),
  });
  const service = create({ config, store, log, logger, metrics: createMetrics({ service: name, ownsProcess: true }) });
  const life = lifecycle([
    { name: 'event log', start: () => undefined, stop: () => log.close() },
    { name: 'database', start: () => databaseAnswers(store, logger), stop: () => store.close() },
    { name, start: async () => logger.info(await service.start(), 'listening'), stop: () => service.close() },
  ], { limitMs: 25_000 });
  return runUntilSignal(life, { logger });
}

/** What an operator can do something about is told in a line; what nobody expected keeps its stack. */
function explain(error: unknown): number {
  if (error instanceof ConfigError) return told(EXIT.usage, error.message);
  if (error instanceof PortBusyError || error instanceof EventLogError) return told(EXIT.environment, error.message);
  if (error instanceof StorageError && error.isInfrastructure) return told(EXIT.environment, `DATABASE_URL: ${error.message}`);
  throw error;
}

function told(code: number, message: string): number {
  process.stderr.write(`${message}\n`);
  return code;
}
