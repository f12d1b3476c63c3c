import type { ConfigOf } from '@souk/chassis/service/config';
import { JUDGES_TOKENS, serverConfig, serviceConfig } from '@souk/chassis/service/service-config';

export const PRODUCT_CONFIG = serviceConfig({ port: 4001 });

/** All settings of Product as a process of its own. */
export const PRODUCT_PROCESS_CONFIG = { ...PRODUCT_CONFIG, ...JUDGES_TOKENS, ...serverConfig('mongodb') };

export type ProductConfig = ConfigOf<typeof PRODUCT_CONFIG>;
