import { choice, type ConfigOf, port, text, url, withDefault } from '@souk/chassis/config';
import { LOG_LEVELS } from '@souk/chassis/logging';

export const INVENTORY_CONFIG = {
  port: withDefault(port('PORT', 'where it listens'), 4002),
  productUrl: withDefault(
    url('PRODUCT_URL', 'where Product answers, for SKUs not heard of yet'),
    'http://127.0.0.1:4001',
  ),
  jwksUrl: withDefault(
    url('USER_JWKS_URL', "User's public keys, for access tokens"),
    'http://127.0.0.1:4005/.well-known/jwks.json',
  ),
  issuer: withDefault(text('TOKEN_ISSUER', 'issuer that access tokens must name'), 'souk'),
  audience: withDefault(text('TOKEN_AUDIENCE', 'audience that access tokens must name'), 'souk'),
  databasePath: withDefault(text('DATABASE_PATH', 'SQLite file of the stock'), '.souk/inventory.db'),
  eventLogPath: withDefault(text('EVENT_LOG_PATH', 'SQLite file of the embedded event log'), '.souk/log.db'),
  instance: withDefault(
    text('INSTANCE', 'name of this process among its replicas, the same after a restart'),
    'inventory-1',
  ),
  logLevel: withDefault(choice('LOG_LEVEL', 'least level that is logged', LOG_LEVELS), 'info'),
};

export type InventoryConfig = ConfigOf<typeof INVENTORY_CONFIG>;
