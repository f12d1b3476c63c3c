import type { ConfigSpec } from '@souk/chassis/service/config';
import type { ServiceName } from '@souk/contracts/services';
import { INVENTORY_PROCESS_CONFIG } from '@souk/inventory/config';
import { ORDER_PROCESS_CONFIG } from '@souk/order/config';
import { PAYMENT_PROCESS_CONFIG } from '@souk/payment/config';
import { PRODUCT_PROCESS_CONFIG } from '@souk/product/config';
import { USER_PROCESS_CONFIG } from '@souk/user/config';

/** Everything that each service's own process can be told. */
export const PROCESS_SETTINGS: Readonly<Record<ServiceName, ConfigSpec>> = {
  product: PRODUCT_PROCESS_CONFIG,
  inventory: INVENTORY_PROCESS_CONFIG,
  order: ORDER_PROCESS_CONFIG,
  payment: PAYMENT_PROCESS_CONFIG,
  user: USER_PROCESS_CONFIG,
};
