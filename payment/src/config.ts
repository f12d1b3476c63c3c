import { choice, type ConfigOf, integer, optional, port, seconds, text, url, withDefault } from '@souk/chassis/config';
import { LOG_LEVELS } from '@souk/chassis/logging';

export const PAYMENT_CONFIG = {
  port: withDefault(port('PORT', 'where it listens'), 4004),
  jwksUrl: withDefault(
    url('USER_JWKS_URL', "User's public keys, for access tokens"),
    'http://127.0.0.1:4005/.well-known/jwks.json',
  ),
  issuer: withDefault(text('TOKEN_ISSUER', 'issuer that access tokens must name'), 'souk'),
  audience: withDefault(text('TOKEN_AUDIENCE', 'audience that access tokens must name'), 'souk'),
  databasePath: withDefault(text('DATABASE_PATH', 'SQLite file of the payments'), '.souk/payment.db'),
  eventLogPath: withDefault(text('EVENT_LOG_PATH', 'SQLite file of the embedded event log'), '.souk/log.db'),
  instance: withDefault(
    text('INSTANCE', 'name of this process among its replicas, the same after a restart'),
    'payment-1',
  ),
  logLevel: withDefault(choice('LOG_LEVEL', 'least level that is logged', LOG_LEVELS), 'info'),
  gatewayTimeoutMs: withDefault(
    seconds('GATEWAY_TIMEOUT_S', 'how long a call to the gateway may take', { min: 0.1, max: 5 }),
    5000,
  ),
  gatewayConcurrency: withDefault(
    integer('GATEWAY_CONCURRENCY', 'calls to the gateway at a time', { min: 1, max: 10_000 }),
    256,
  ),
  simulatorPath: withDefault(
    text('SIMULATOR_PATH', "SQLite file of the gateway simulator's own books"),
    '.souk/gateway.db',
  ),
  simulatorLatencyMs: withDefault(
    integer('SIMULATOR_LATENCY_MS', 'milliseconds every answer of the simulator takes', { min: 0, max: 4000 }),
    0,
  ),
  simulatorSlowMs: withDefault(
    seconds('SIMULATOR_SLOW_S', 'how long the simulator takes over `tok_slow`', { min: 0, max: 60 }),
    2000,
  ),
  simulatorLateMs: optional(
    seconds('SIMULATOR_LATE_S', 'when `tok_late_capture` succeeds; not set: 5 s past the payment deadline', {
      min: 0,
      max: 86_400,
    }),
  ),
  orderPaymentTimeoutMs: withDefault(
    seconds('ORDER_PAYMENT_TIMEOUT_S', "the orders' payment deadline, which the simulator's lateness follows", {
      min: 1,
      max: 86_400,
    }),
    900_000,
  ),
};

export type PaymentConfig = ConfigOf<typeof PAYMENT_CONFIG>;

const PAST_THE_DEADLINE_MS = 5000;

/** Milliseconds after which a charge of `tok_late_capture` succeeds. */
export function simulatorLateMs({ simulatorLateMs: asked, orderPaymentTimeoutMs }: PaymentConfig): number {
  return asked ?? orderPaymentTimeoutMs + PAST_THE_DEADLINE_MS;
}
