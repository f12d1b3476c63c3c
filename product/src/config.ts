import type { ConfigOf } from '@souk/chassis/config';
import { JWKS_URL, serviceConfig } from '@souk/chassis/service-config';

export const PRODUCT_CONFIG = { ...serviceConfig({ port: 4001, instance: 'product-1' }), jwksUrl: JWKS_URL };

export type ProductConfig = ConfigOf<typeof PRODUCT_CONFIG>;
