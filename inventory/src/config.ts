import { ADMISSION } from '@souk/chassis/service/service-admission';
import { type ConfigOf, integer, withDefault } from '@souk/chassis/service/config';
import { ASKS_PRODUCT, FRESH_SECOND_FACTOR, JUDGES_TOKENS, serverConfig, serviceConfig } from '@souk/chassis/service/service-config';

export const INVENTORY_CONFIG = {
  ...serviceConfig({ port: 4002 }),
  ...ADMISSION,
  ...FRESH_SECOND_FACTOR,
  lowThreshold: withDefault(
    integer('INVENTORY_LOW_THRESHOLD', 'free pieces of a SKU below which `inventory.low` is said; 0: never', {
      min: 0,
      max: 1_000_000,
    }),
    5,
  ),
};

/** The settings of a process of its own. */
export const INVENTORY_PROCESS_CONFIG = { ...INVENTORY_CONFIG, ...ASKS_PRODUCT, ...JUDGES_TOKENS, ...serverConfig('mysql') };

export type InventoryConfig = ConfigOf<typeof INVENTORY_CONFIG>;
