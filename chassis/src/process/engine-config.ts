import { type ConfigOf, integer, list, secret, text, url, withDefault } from '../config.ts';

/** Where a service that is a process of its own finds its database and the event log. */
export function engineConfig(database: 'mysql' | 'mongodb') {
  return {
    databaseUrl: secret(url('DATABASE_URL', 'its own database, as its own user', [database])),
    databasePool: withDefault(integer('DATABASE_POOL', 'most connections to the database', { min: 2, max: 200 }), 10),
    brokers: list('KAFKA_BROKERS', 'some brokers of the cluster', 'host:port', BROKER),
    topicPrefix: withDefault(
      text('KAFKA_TOPIC_PREFIX', 'put before topics and groups, where several shops share a cluster'),
      '',
    ),
    replication: withDefault(
      integer('KAFKA_REPLICATION', 'copies of each topic that `--topics` makes; 0: as the broker has it', { min: 0, max: 9 }),
      0,
    ),
  };
}

const BROKER = /^[\w.-]+:\d{1,5}$/;

export type EngineConfig = ConfigOf<ReturnType<typeof engineConfig>>;
