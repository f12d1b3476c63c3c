import type { ServiceName } from '@souk/contracts/services';
import { withPartitions } from '@souk/contracts/topics';
import { ConfigError, type ConfigSpec, type Environment, withSecretFiles } from './config.ts';
import { AFTER_OPENING_MS, type Service, type ServiceParts } from './create-service.ts';
import { type ProgramStore, requireCurrentSchema, SchemaBehindError, unlessEnding, unprovenBy, whenItAnswers } from './database-state.ts';
import { LaneInUseError } from '../engine/writer/writer-store.ts';
import { EXIT, lifecycle, type Part, runUntilSignal } from './lifecycle.ts';
import { EventLogError, messagesComeAgain } from '../log/event-log.ts';
import { declareTopics } from '../log/kafka/declare-topics.ts';
import type { KafkaTopicsOptions } from '../log/kafka/kafka-address.ts';
import { beginKafkaLog } from '../log/kafka/kafka-log.ts';
import { LISTEN_CURES, programHelp, told } from './program-texts.ts';
import { expectOwnPorts, kafkaSecurity, type ServerConfig, type ServiceConfig } from './service-config.ts';
import { StorageError } from '../storage-error.ts';
import { MongoAddressError } from '../stores/mongodb/mongo-address.ts';
import { MysqlAddressError } from '../stores/sql/mysql-address.ts';
import { createLogger, type Logger } from '../telemetry/logging.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { reportTo } from '../telemetry/report.ts';
import { ListenError } from '../web/app/listen.ts';

/** The settings that a process itself reads. */
export type RunningConfig = Pick<ServiceConfig, 'instance' | 'logLevel' | 'port' | 'shutdownDelayMs'>;

/** A service as a program: reads its settings, opens its store, and makes a service of both. */
export interface Program<Config extends ServerConfig, Store extends ProgramStore> {
  readonly name: ServiceName;
  /** All its variables. */
  readonly variables: ConfigSpec;
  /** Throws ConfigError. */
  readConfig(env: Environment): Config & RunningConfig;
  openStore(options: { readonly url: string; readonly poolSize: number }): Store;
  create(parts: ServiceParts & { readonly config: Config; readonly store: Store }): Service;
}

const TOPICS_DECLARED = withPartitions();

/**
 * Milliseconds, without the shutdown delay. Whatever kills processes, such as an engine that stops or a machine that restarts,
 * must wait longer than both together.
 */
const STOP_LIMIT_MS = 10_000;

/**
 * Runs a service as a process of its own. `--migrate` brings its schema up to date and ends, `--topics` makes the topics and
 * ends, `--help` names flags and variables; without any it serves until SIGTERM. Returns the exit code.
 */
export async function runProgram<Config extends ServerConfig, Store extends ProgramStore>(
  program: Program<Config, Store>,
  flags: readonly string[],
): Promise<number> {
  const asked = flags.join(' ');
  if (asked === '--help') {
    process.stdout.write(programHelp({ about: `${program.name}: a service of Souk`, flags: FLAGS, variables: program.variables }));
    return EXIT.ok;
  }
  if (asked !== '' && !Object.hasOwn(FLAGS, asked)) return told(EXIT.usage, `unknown: ${asked}; known: ${Object.keys(FLAGS).join(', ')}`);
  // Files that it writes (the simulator's books, mails) are only for its own user.
  process.umask(0o077);
  try {
    const config = program.readConfig(withSecretFiles(process.env, program.variables));
    expectOwnPorts(config);
    const logger = createLogger({ service: program.name, level: config.logLevel });
    tellUnproven(config, logger);
    switch (asked) {
      case '--migrate':
        compileAsUsual();
        return await migrate(program, config, logger);
      case '--topics':
        return await makeTopics(program, config, logger);
      default:
        return await serve(program, config, logger);
    }
  } catch (error) {
    return explain(error);
  }
}

/** Warns of an unverified database server. It may be intended (a test server, a tunnel), but nobody should find out by chance. */
function tellUnproven({ databaseUrl }: ServerConfig, logger: Logger): void {
  const options = unprovenBy(databaseUrl);
  if (options.length > 0) logger.warn({ options }, 'the database server is not verified, because these options of DATABASE_URL turn that off: leave them out');
}

async function migrate<Config extends ServerConfig, Store extends ProgramStore>(
  { openStore }: Program<Config, Store>,
  config: Config,
  logger: Logger,
): Promise<number> {
  const store = openStore({ url: config.databaseUrl, poolSize: config.databasePool });
  try {
    // An interrupted step is started again by the next run.
    const steps = await whenItAnswers(() => store.migrate(), { logger, ending: endedBySignal() });
    logger.info({ steps }, 'the schema is up to date');
    return EXIT.ok;
  } finally {
    await store.close();
  }
}

async function makeTopics({ name }: { readonly name: string }, config: ServerConfig, logger: Logger): Promise<number> {
  const replicationFactor = config.replication === 0 ? {} : { replicationFactor: config.replication };
  const declaring = declareTopics({ ...kafkaOf(config, name), ...replicationFactor });
  const { made, adapted, differing } = await unlessEnding(endedBySignal(), declaring);
  if (differing !== undefined) logger.warn({ differing }, 'topics have other settings than declared');
  logger.info({ made, adapted }, 'all topics exist');
  return EXIT.ok;
}

async function serve<Config extends ServerConfig, Store extends ProgramStore>(
  { name, openStore, create }: Program<Config, Store>,
  config: Config & RunningConfig,
  logger: Logger,
): Promise<number> {
  const store = openStore({ url: config.databaseUrl, poolSize: config.databasePool });
  const report = reportTo(logger);
  const { log, looked } = beginKafkaLog({
    ...kafkaOf(config, `${name}-${config.instance}`),
    report,
    onHandlerFailure: messagesComeAgain(report),
  });
  const ending = new AbortController();
  const waiting = { logger, ending: ending.signal };
  const schema = requireCurrentSchema(store, waiting);
  // Both are under way while the service is put together. A failure of either is reported when its turn comes.
  schema.catch(() => undefined);
  looked.catch(() => undefined);
  const service = create({ config, store, log, logger, metrics: createMetrics({ service: name, ownsProcess: true }) });
  const parts: Part[] = [
    { name: 'event log', start: () => unlessEnding(ending.signal, looked), stop: () => log.close() },
    { name: 'database', start: () => schema, stop: () => store.close() },
    {
      name,
      async start() {
        // The database may have gone away since its schema was checked.
        const { address, opsAddress } = await whenItAnswers(() => service.start(), waiting);
        logger.info({ address, opsAddress, mode: process.env['NODE_ENV'] }, 'listening');
        setTimeout(compileAsUsual, AFTER_OPENING_MS).unref();
      },
      stop: () => service.close(),
    },
  ];
  const life = lifecycle(parts, { limitMs: STOP_LIMIT_MS + config.shutdownDelayMs, ending });
  return runUntilSignal(life, { logger, lost: service.lost });
}

/** Gives up a step at the first signal: as process 1 of a container it would be ended by nothing else. */
function endedBySignal(): AbortSignal {
  const ending = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ending.abort(new StepEndedError(signal)));
  return ending.signal;
}

class StepEndedError extends Error {
  readonly code = 'step-ended';
  constructor(signal: string) {
    super(`${signal}: ended before it was done; run it again`);
    this.name = 'StepEndedError';
  }
}

/**
 * Sets the usual JIT policy, for code that runs for longer. A compiled program starts with a JIT that is slow to compile
 * anything, because code in a start mostly runs once (`jitPolicy` in system/src/tools/images/compile.ts).
 */
function compileAsUsual(): void {
  Bun.unsafe.setJITPolicy(1);
}

function kafkaOf(config: ServerConfig, clientId: string): KafkaTopicsOptions {
  const { brokers, topicPrefix, sessionMs } = config;
  return { brokers, clientId: `souk-${clientId}`, security: kafkaSecurity(config), topics: TOPICS_DECLARED, topicPrefix, sessionMs };
}

/** Reports an error that an operator can fix in one line; an unexpected error keeps its stack. */
function explain(error: unknown): number {
  if (error instanceof ConfigError) return told(EXIT.usage, error.message);
  if (error instanceof MysqlAddressError || error instanceof MongoAddressError) return told(EXIT.usage, `DATABASE_URL: ${error.message}`);
  if (error instanceof ListenError) return told(EXIT.environment, `${error.message}: ${LISTEN_CURES[error.remedy]}`);
  if (error instanceof EventLogError || error instanceof SchemaBehindError || error instanceof LaneInUseError) {
    return told(EXIT.environment, error.message);
  }
  if (error instanceof StepEndedError) return told(EXIT.failed, error.message);
  if (error instanceof StorageError) return told(EXIT.environment, `DATABASE_URL: ${error.message}`);
  throw error;
}

/** Flags of every service's program; it takes at most one, and serves without any. */
const FLAGS = {
  '--migrate': 'brings its schema up to date and ends',
  '--topics': 'makes the topics of the shop that are missing and ends',
  '--health': 'asks the one that runs on this host at PORT whether it is ready; 0 when it is',
  '--help': 'says this',
} as const;
