import type { ConfigOf } from '@souk/chassis/config';
import { JWKS_URL, PRODUCT_URL, serviceConfig } from '@souk/chassis/service-config';

export const INVENTORY_CONFIG = {
  ...serviceConfig({ port: 4002, instance: 'inventory-1' }),
  productUrl: PRODUCT_URL,
  jwksUrl: JWKS_URL,
};

export type InventoryConfig = ConfigOf<typeof INVENTORY_CONFIG>;
