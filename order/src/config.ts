import { choice, type ConfigOf, port, seconds, text, url, withDefault } from '@souk/chassis/config';
import { LOG_LEVELS } from '@souk/chassis/logging';

const DAY_S = 86_400;

export const ORDER_CONFIG = {
  port: withDefault(port('PORT', 'where it listens'), 4003),
  productUrl: withDefault(
    url('PRODUCT_URL', 'where Product is asked for SKUs that are not known yet'),
    'http://127.0.0.1:4001',
  ),
  jwksUrl: withDefault(
    url('USER_JWKS_URL', "User's public keys, for access tokens"),
    'http://127.0.0.1:4005/.well-known/jwks.json',
  ),
  issuer: withDefault(text('TOKEN_ISSUER', 'issuer that access tokens must name'), 'souk'),
  audience: withDefault(text('TOKEN_AUDIENCE', 'audience that access tokens must name'), 'souk'),
  stockTimeoutMs: withDefault(
    seconds('ORDER_STOCK_TIMEOUT_S', 'how long a new order waits for Inventory', { min: 1, max: DAY_S }),
    30_000,
  ),
  paymentTimeoutMs: withDefault(
    seconds('ORDER_PAYMENT_TIMEOUT_S', 'how long a reserved order waits for Payment', { min: 1, max: DAY_S }),
    900_000,
  ),
  databasePath: withDefault(text('DATABASE_PATH', 'SQLite file of the orders'), '.souk/order.db'),
  eventLogPath: withDefault(text('EVENT_LOG_PATH', 'SQLite file of the embedded event log'), '.souk/log.db'),
  instance: withDefault(
    text('INSTANCE', 'name of this process among its replicas, the same after a restart'),
    'order-1',
  ),
  logLevel: withDefault(choice('LOG_LEVEL', 'least level that is logged', LOG_LEVELS), 'info'),
};

export type OrderConfig = ConfigOf<typeof ORDER_CONFIG>;
