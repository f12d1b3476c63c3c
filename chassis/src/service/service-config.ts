import { hostname } from 'node:os';
import { choice, integer, keyText, list, optional, port, seconds, secret, text, url, withDefault, withExample, type ConfigOf } from './config.ts';
import { networkForm } from '../web/app/client-address.ts';
import { originForm } from '../web/app/cors.ts';
import { ADDRESS_LIMIT, USER_LIMIT } from '../web/app/edge.ts';
import { LOG_LEVELS } from '../telemetry/logging.ts';

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
    logLevel: withDefault(choice('LOG_LEVEL', 'least level that is logged', LOG_LEVELS), 'info'),
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
      integer('HSTS_S', 'seconds for which browsers use TLS only (Strict-Transport-Security); 0: not said', {
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
  const pace = integer('WRITER_PACE_MS', 'milliseconds a caller waits for others to share a transaction, three times as long at most while they keep coming; what nobody waits for waits eight times as long at most', { min: 0, max: 1000 });
  return withDefault(pace, defaultMs);
}

export type ServiceConfig = ConfigOf<ReturnType<typeof serviceConfig>>;

const JWKS_URL = withExample(url('USER_JWKS_URL', "User's public keys, for access tokens"), 'http://user:4005/.well-known/jwks.json');

const PRODUCT_URL = withExample(url('PRODUCT_URL', 'where Product answers, for SKUs that are not known yet'), 'http://product:4001');

/** The setting of services that protect something for which a stolen access token must not be enough. */
export const FRESH_SECOND_FACTOR = {
  freshSecondFactorS: withDefault(
    integer('FRESH_SECOND_FACTOR_S', 'seconds a code of the second factor is good for what asks for a fresh one; 0: nothing asks', {
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
