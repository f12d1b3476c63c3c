import type { EdgeOptions } from '@souk/chassis/web/app/edge';
import type { KeySource } from '@souk/chassis/web/sign-in/signing-keys';
import { createService, type Service, type ServiceParts } from '@souk/chassis/service/create-service';
import { messagingMeter } from '@souk/chassis/service/messaging-metrics';
import { createEngine } from '@souk/chassis/engine/engine';
import { reporting } from '@souk/chassis/telemetry/report';
import { securityEvents } from '@souk/chassis/telemetry/security-events';
import packageJson from '../package.json' with { type: 'json' };
import type { ProductConfig } from './config.ts';
import { categoryRoutes } from './http/category-routes.ts';
import { imageRoutes } from './http/image-routes.ts';
import { changeRoutes, priceHistoryRoute, readRoutes } from './http/product-routes.ts';
import type { ProductCollections, ProductStore } from './storage/product-store.ts';

export interface ProductServiceDeps extends ServiceParts {
  readonly config: Pick<ProductConfig, 'host' | 'port' | 'issuer' | 'audience' | 'instance' | 'paceMs' | 'shutdownDelayMs'> & EdgeOptions;
  readonly store: ProductStore;
  /** keys that verify access tokens */
  readonly keys: KeySource;
}

/** The catalogue. Does nothing before `start`; the schema must be up to date by then (`store.migrate()`). */
export function createProductService({ keys, ...deps }: ProductServiceDeps): Service {
  const { config, store, log, logger, metrics } = deps;
  const security = securityEvents(deps);
  // No handlers: only people change products, and other services follow its events.
  const engine = createEngine<ProductCollections>({
    name: 'product',
    instance: config.instance,
    paceMs: config.paceMs,
    store,
    log,
    handlers: {},
    security,
    meter: messagingMeter(metrics),
    ...reporting(logger),
  });
  return createService({
    ...deps,
    security,
    name: 'product',
    version: packageJson.version,
    auth: { keys },
    engine,
    routes: [
      readRoutes(store.reads),
      changeRoutes(engine),
      priceHistoryRoute(store.reads),
      categoryRoutes(store.reads, engine),
      imageRoutes(store.reads, engine),
    ],
  });
}
