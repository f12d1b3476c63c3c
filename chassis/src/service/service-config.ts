import { hostname } from 'node:os';
import { choice, ConfigError, integer, keyText, list, optional, port, seconds, secret, text, url, withDefault, withExample, type ConfigOf } from './config.ts';
import { type KafkaSecurity, SESSION_MS } from '../log/kafka/kafka-address.ts';
import { LOG_LEVELS } from '../telemetry/logging.ts';
import { ADDRESS_LIMIT, networkForm, originForm, USER_LIMIT } from '../web/app/edge.ts';

/** The part of the configuration that all services have. */
export function serviceConfig(defaults: { readonly port: number }) {
  return {
    host: withDefault(text('HOST', 'address it listens on'), '0.0.0.0'),
    port: withDefault(port('PORT', 'port it listens on'), defaults.port),
    ...edgeConfig(),
    issuer: withDefault(text('TOKEN_ISSUER', 'issuer that access tokens must name'), 'souk'),
    audience: withDefault(text('TOKEN_AUDIENCE', 'audience that access tokens must name'), 'souk'),
    instance: withDefault(
      text('INSTANCE', 'name of this process among its replicas, the same after a restart'),
      hostname(),
      "the host's name",
    ),
    paceMs: writerPace(10),
    shutdownDelayMs: withDefault(
      seconds('SHUTDOWN_DELAY_S', 'how long it goes on serving after SIGTERM while `/readyz` is red, for balancers to notice', {
        min: 0,
        max: 60,
      }),
      0,
    ),
    logLevel: withDefault(choice('LOG_LEVEL', 'lowest level that is logged', LOG_LEVELS), 'info'),
  };
}

/** Settings of a service's edge: `web/app/edge.ts`. */
function edgeConfig() {
  return {
    rateLimit: withDefault(choice('RATE_LIMIT', 'callers that ask too often get 429; `off` for test runs', ['on', 'off']), 'on'),
    userLimit: withDefault(
      integer('RATE_LIMIT_USER', 'requests a minute of one signed-in user, per process', { min: 1, max: 1_000_000 }),
      USER_LIMIT,
    ),
    addressLimit: withDefault(
      integer('RATE_LIMIT_ADDRESS', 'requests a minute of everybody else behind one address (IPv6: one /64), per process', {
        min: 1,
        max: 1_000_000,
      }),
      ADDRESS_LIMIT,
    ),
    trustedProxies: withDefault(
      list('TRUSTED_PROXIES', 'proxies whose X-Forwarded-For is believed', 'address or network/bits', networkForm),
      [],
    ),
    corsOrigins: withDefault(
      list('CORS_ORIGINS', 'origins whose pages may call this service from a browser', 'https://shop.example', originForm),
      [],
    ),
    hstsS: withDefault(
      integer('HSTS_S', 'seconds for which browsers use TLS only (Strict-Transport-Security); 0: the header is not sent', {
        min: 0,
        max: 63_072_000,
      }),
      0,
    ),
    securityLogKey: optional(
      secret(keyText('SECURITY_LOG_KEY', 'key of the hashes that stand for accounts in security events, the same for all services; none: another one at every start')),
    ),
  };
}

export function writerPace(defaultMs: number) {
  const pace = integer('WRITER_PACE_MS', 'milliseconds that a caller\'s input waits for others to share its transaction, at most three times that while they keep coming; inputs without a caller wait at most eight times that', { min: 0, max: 1000 });
  return withDefault(pace, defaultMs);
}

export type ServiceConfig = ConfigOf<ReturnType<typeof serviceConfig>>;

const JWKS_URL = withExample(url('USER_JWKS_URL', "User's public keys, for access tokens"), 'http://user:4005/.well-known/jwks.json');

const PRODUCT_URL = withExample(url('PRODUCT_URL', 'URL of Product, which is asked for SKUs that are not known yet'), 'http://product:4001');

/** The setting of services that protect something for which a stolen access token must not be enough. */
export const FRESH_SECOND_FACTOR = {
  freshSecondFactorS: withDefault(
    integer('FRESH_SECOND_FACTOR_S', 'seconds for which a code of the second factor counts as fresh; 0: nothing needs a fresh one', {
      min: 0,
      max: 86_400,
    }),
    0,
  ),
};

/** A service in its own process that verifies tokens it did not sign must be told where the keys are. A guess would be wrong silently. */
export const JUDGES_TOKENS = { jwksUrl: JWKS_URL };
/** The same for a service that asks Product about SKUs that no event has announced yet. */
export const ASKS_PRODUCT = { productUrl: PRODUCT_URL };

/** Settings of a service in a process of its own: its database, the event log, and the port for operators. */
export function serverConfig(database: 'mysql' | 'mongodb') {
  return {
    opsPort: optional(port('OPS_PORT', 'port of its own for `/metrics` and `/ops`, which are then not at PORT; `/livez` and `/readyz` are at both')),
    opsHost: withDefault(text('OPS_HOST', 'address it listens on at OPS_PORT'), '0.0.0.0'),
    databaseUrl: secret(url('DATABASE_URL', 'its own database, as its own user', [database])),
    databasePool: withDefault(integer('DATABASE_POOL', 'maximum number of connections to the database', { min: 2, max: 200 }), 10),
    // A transaction costs more round trips and wake-ups on servers than in a file, so there are fewer, larger ones (docs/performance.md).
    paceMs: writerPace(30),
    brokers: list('KAFKA_BROKERS', 'some brokers of the cluster', 'host:port', BROKER),
    kafkaTls: withDefault(choice('KAFKA_TLS', 'connections to the brokers are encrypted', ['off', 'on']), 'off'),
    kafkaSasl: withDefault(
      choice('KAFKA_SASL', 'SASL mechanism with which it signs in to the brokers', ['none', 'plain', 'scram-sha-256', 'scram-sha-512']),
      'none',
    ),
    kafkaUser: optional(text('KAFKA_USERNAME', 'for `KAFKA_SASL`')),
    kafkaPassword: optional(secret(text('KAFKA_PASSWORD', 'for `KAFKA_SASL`'))),
    topicPrefix: withDefault(
      text('KAFKA_TOPIC_PREFIX', 'prefix of topics and groups, for shops that share a cluster'),
      '',
    ),
    sessionMs: withDefault(
      integer('KAFKA_SESSION_TIMEOUT_MS', 'milliseconds of silence after which other processes get its partitions; brokers limit it', {
        min: 3000,
        max: 300_000,
      }),
      SESSION_MS,
    ),
    replication: withDefault(
      integer('KAFKA_REPLICATION', 'copies of each topic that `--topics` makes; 0: the broker\'s default', { min: 0, max: 9 }),
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
