import { ADMISSION } from '@souk/chassis/service/service-admission';
import { choice, type ConfigOf, integer, list, optional, seconds, secret, text, withDefault, withExample } from '@souk/chassis/service/config';
import { FRESH_SECOND_FACTOR, JUDGES_TOKENS, serverConfig, serviceConfig } from '@souk/chassis/service/service-config';

/** The gateways that `gateway/gateways.ts` can open. */
export const GATEWAY_NAMES = ['simulator'] as const;

export const PAYMENT_CONFIG = {
  ...serviceConfig({ port: 4004 }),
  ...ADMISSION,
  ...FRESH_SECOND_FACTOR,
  refundSecondFactorAbove: withDefault(
    integer('REFUND_SECOND_FACTOR_ABOVE', 'minor units of a payment that may go back without a fresh code, where `FRESH_SECOND_FACTOR_S` asks for one', {
      min: 0,
      max: Number.MAX_SAFE_INTEGER,
    }),
    0,
  ),
  gatewayTimeoutMs: withDefault(
    seconds('GATEWAY_TIMEOUT_S', 'how long a call to the gateway may take', { min: 0.1, max: 5 }),
    5000,
  ),
  gatewayConcurrency: withDefault(
    integer('GATEWAY_CONCURRENCY', 'calls to the gateway at a time', { min: 1, max: 10_000 }),
    256,
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
  methodLimit: withDefault(
    integer('PAYMENT_METHOD_LIMIT', 'payment methods that one customer may have', { min: 1, max: 1000 }),
    20,
  ),
  // No default: a shop that takes no money must be a deliberate choice.
  gateway: withExample(choice('PAYMENT_GATEWAY', 'gateway that takes the money; with the simulator no money moves', GATEWAY_NAMES), 'simulator'),
  simulatorWebhookSecrets: optional(
    secret(
      list(
        'SIMULATOR_WEBHOOK_SECRET',
        'signs the webhooks of the simulator; while it is changed the new one, then the old one; not set: one of its own',
        'secret of 8 to 200 characters',
        /^[\x21-\x2b\x2d-\x7e]{8,200}$/,
      ),
    ),
  ),
  orderPaymentTimeoutMs: withDefault(
    seconds('ORDER_PAYMENT_TIMEOUT_S', "the orders' payment deadline, which the simulator's lateness follows", {
      min: 1,
      max: 86_400,
    }),
    900_000,
  ),
};

/** The settings of a process of its own. */
export const PAYMENT_PROCESS_CONFIG = {
  ...PAYMENT_CONFIG,
  ...JUDGES_TOKENS,
  ...serverConfig('mysql'),
  simulatorPath: withDefault(
    text('SIMULATOR_PATH', "file of the simulated gateway's own books; replicas share it"),
    'gateway.db',
  ),
};

export type PaymentConfig = ConfigOf<typeof PAYMENT_CONFIG>;
export type PaymentProcessConfig = ConfigOf<typeof PAYMENT_PROCESS_CONFIG>;

const PAST_THE_DEADLINE_MS = 5000;

/** Milliseconds after which a charge of `tok_late_capture` succeeds. */
export function simulatorLateMs({ simulatorLateMs: asked, orderPaymentTimeoutMs }: PaymentConfig): number {
  return asked ?? orderPaymentTimeoutMs + PAST_THE_DEADLINE_MS;
}
