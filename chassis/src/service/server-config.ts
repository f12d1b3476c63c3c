import { choice, ConfigError, type ConfigOf, integer, list, optional, port, secret, text, url, withDefault } from './config.ts';
import { type KafkaSecurity, SESSION_MS } from '../log/kafka/kafka-address.ts';
import { writerPace } from './service-config.ts';

/** Settings of a service in a process of its own: its database, the event log, and the port for operators. */
export function serverConfig(database: 'mysql' | 'mongodb') {
  return {
    opsPort: optional(port('OPS_PORT', 'port of its own for `/metrics` and `/ops`, which are then not at PORT; `/livez` and `/readyz` are at both')),
    opsHost: withDefault(text('OPS_HOST', 'address it listens on at OPS_PORT'), '0.0.0.0'),
    databaseUrl: secret(url('DATABASE_URL', 'its own database, as its own user', [database])),
    databasePool: withDefault(integer('DATABASE_POOL', 'most connections to the database', { min: 2, max: 200 }), 10),
    // A transaction costs more round trips and wake-ups on servers than in a file, so there are fewer, larger ones (docs/performance.md).
    paceMs: writerPace(30),
    brokers: list('KAFKA_BROKERS', 'some brokers of the cluster', 'host:port', BROKER),
    kafkaTls: withDefault(choice('KAFKA_TLS', 'connections to the brokers are encrypted', ['off', 'on']), 'off'),
    kafkaSasl: withDefault(
      choice('KAFKA_SASL', 'how it says who it is', ['none', 'plain', 'scram-sha-256', 'scram-sha-512']),
      'none',
    ),
    kafkaUser: optional(text('KAFKA_USERNAME', 'for `KAFKA_SASL`')),
    kafkaPassword: optional(secret(text('KAFKA_PASSWORD', 'for `KAFKA_SASL`'))),
    topicPrefix: withDefault(
      text('KAFKA_TOPIC_PREFIX', 'put before topics and groups, where several shops share a cluster'),
      '',
    ),
    sessionMs: withDefault(
      integer('KAFKA_SESSION_TIMEOUT_MS', 'how long it may say nothing before others get its partitions; brokers have limits for it', {
        min: 3000,
        max: 300_000,
      }),
      SESSION_MS,
    ),
    replication: withDefault(
      integer('KAFKA_REPLICATION', 'copies of each topic that `--topics` makes; 0: as the broker has it', { min: 0, max: 9 }),
      0,
    ),
  };
}

const BROKER = /^[\w.-]+:\d{1,5}$/;

export type ServerConfig = ConfigOf<ReturnType<typeof serverConfig>>;

/** Throws ConfigError when both ports are the same. */
export function expectOwnPorts({ port: one, opsPort }: Pick<ServerConfig, 'opsPort'> & { readonly port: number }): void {
  if (opsPort !== undefined && opsPort !== 0 && opsPort === one) throw new ConfigError([{ name: 'OPS_PORT', reason: `must be another one than PORT, not ${one} as well` }]);
}

/** TLS and SASL settings. Throws ConfigError when the user name or the password is missing. */
export function kafkaSecurity({ kafkaTls, kafkaSasl: mechanism, kafkaUser: username, kafkaPassword: password }: ServerConfig): KafkaSecurity {
  const tls = kafkaTls === 'on';
  if (mechanism === 'none') return { tls };
  if (username !== undefined && password !== undefined) return { tls, sasl: { mechanism, username, password } };
  const name = username === undefined ? 'KAFKA_USERNAME' : 'KAFKA_PASSWORD';
  throw new ConfigError([{ name, reason: `is not set, beside KAFKA_SASL=${mechanism}` }]);
}
