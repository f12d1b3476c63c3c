import type { ConfigOf } from '@souk/chassis/config';
import { engineConfig } from '@souk/chassis/process/engine-config';
import { JWKS_URL, serviceConfig } from '@souk/chassis/service-config';

export const PRODUCT_CONFIG = { ...serviceConfig({ port: 4001 }), jwksUrl: JWKS_URL };

/** The same for a process of its own. */
export const PRODUCT_PROCESS_CONFIG = { ...PRODUCT_CONFIG, ...engineConfig('mongodb') };

export type ProductConfig = ConfigOf<typeof PRODUCT_CONFIG>;
