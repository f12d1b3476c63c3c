import { ADMISSION } from '@souk/chassis/service/service-admission';
import { type ConfigOf, integer, seconds, withDefault } from '@souk/chassis/service/config';
import { ASKS_PRODUCT, JUDGES_TOKENS, serverConfig, serviceConfig } from '@souk/chassis/service/service-config';

const DAY_S = 86_400;

export const ORDER_CONFIG = {
  ...serviceConfig({ port: 4003 }),
  ...ADMISSION,
  stockTimeoutMs: withDefault(
    seconds('ORDER_STOCK_TIMEOUT_S', 'how long a new order waits for Inventory while Inventory answers later ones', { min: 1, max: DAY_S }),
    30_000,
  ),
  stockLimitMs: withDefault(
    seconds('ORDER_STOCK_LIMIT_S', 'how long a new order waits for Inventory at most, whatever the reason; less than `ORDER_STOCK_TIMEOUT_S` is as much', { min: 1, max: 30 * DAY_S }),
    3_600_000,
  ),
  paymentTimeoutMs: withDefault(
    seconds('ORDER_PAYMENT_TIMEOUT_S', 'how long a reserved order waits for Payment while Payment answers later ones', { min: 1, max: DAY_S }),
    900_000,
  ),
  paymentLimitMs: withDefault(
    seconds('ORDER_PAYMENT_LIMIT_S', 'how long a reserved order waits for Payment at most, whatever the reason; less than `ORDER_PAYMENT_TIMEOUT_S` is as much', { min: 1, max: 30 * DAY_S }),
    86_400_000,
  ),
  openOrderLimit: withDefault(
    integer('ORDER_OPEN_LIMIT', 'orders that one customer may have open at a time', { min: 1, max: 1_000_000 }),
    20,
  ),
  piecesOnHold: withDefault(
    integer('ORDER_PIECES_ON_HOLD', 'pieces of goods in the orders that one customer has open', { min: 1, max: 1_000_000_000 }),
    2000,
  ),
};

/** Configuration of Order as a process of its own. */
export const ORDER_PROCESS_CONFIG = { ...ORDER_CONFIG, ...ASKS_PRODUCT, ...JUDGES_TOKENS, ...serverConfig('mysql') };

export type OrderConfig = ConfigOf<typeof ORDER_CONFIG>;
