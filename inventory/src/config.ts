import type { ConfigOf } from '@souk/chassis/config';
import { engineConfig } from '@souk/chassis/process/engine-config';
import { JWKS_URL, PRODUCT_URL, serviceConfig } from '@souk/chassis/service-config';

export const INVENTORY_CONFIG = {
  ...serviceConfig({ port: 4002 }),
  productUrl: PRODUCT_URL,
  jwksUrl: JWKS_URL,
};

/** The same for a process of its own. */
export const INVENTORY_PROCESS_CONFIG = { ...INVENTORY_CONFIG, ...engineConfig('mysql') };

export type InventoryConfig = ConfigOf<typeof INVENTORY_CONFIG>;
