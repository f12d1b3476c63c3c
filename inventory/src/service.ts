import type { EdgeOptions } from '@souk/chassis/web/app/edge';
import type { KeySource } from '@souk/chassis/web/sign-in/signing-keys';
import { createService, type Service, type ServiceParts } from '@souk/chassis/service/create-service';
import { messagingMeter } from '@souk/chassis/service/messaging-metrics';
import { createEngine, type Engine } from '@souk/chassis/engine/engine';
import { reporting } from '@souk/chassis/telemetry/report';
import { securityEvents } from '@souk/chassis/telemetry/security-events';
import packageJson from '../package.json' with { type: 'json' };
import type { InventoryConfig } from './config.ts';
import { allocationRoutes } from './http/allocation-routes.ts';
import { ledgerRoutes } from './http/ledger-routes.ts';
import { skuCheck } from './http/sku-check.ts';
import { stockCommandRoutes } from './http/stock-command-routes.ts';
import { stockRoutes } from './http/stock-routes.ts';
import { warehouseRoutes } from './http/warehouse-routes.ts';
import { askSales } from './jobs/ask-sales.ts';
import { handlers } from './messaging/handlers.ts';
import type { LookUpSkus } from './product/look-up-skus.ts';
import type { InventoryCollections, InventoryStore } from './storage/inventory-store.ts';

export interface InventoryServiceDeps extends ServiceParts {
  readonly config: Pick<InventoryConfig, 'host' | 'port' | 'issuer' | 'audience' | 'instance' | 'paceMs' | 'shutdownDelayMs' | 'admissionTargetMs' | 'lowThreshold' | 'freshSecondFactorS'> & EdgeOptions;
  readonly store: InventoryStore;
  /** the keys that verify access tokens */
  readonly keys: KeySource;
  readonly lookUpSkus: LookUpSkus;
}

/**
 * The service of warehouses, stock and reservations. Does nothing before `start`; the schema must be up to date by then
 * (`store.migrate()`).
 */
export function createInventoryService({ keys, lookUpSkus, ...deps }: InventoryServiceDeps): Service {
  const { config, store, log, logger, metrics } = deps;
  const security = securityEvents(deps);
  const engine: Engine<InventoryCollections> = createEngine<InventoryCollections>({
    name: 'inventory',
    instance: config.instance,
    paceMs: config.paceMs,
    store,
    log,
    handlers: handlers(config.lowThreshold),
    jobs: [askSales({ reads: store.reads, lookUpSkus, submit: (useCase, value) => engine.submit(useCase, value) })],
    security,
    meter: messagingMeter(metrics),
    ...reporting(logger),
  });
  const toldByProduct = skuCheck(lookUpSkus);
  return createService({
    ...deps,
    security,
    name: 'inventory',
    version: packageJson.version,
    auth: { keys },
    engine,
    admission: { targetMs: config.admissionTargetMs },
    routes: [
      stockRoutes(store.reads, toldByProduct),
      stockCommandRoutes({ ...config, reads: store.reads, commands: engine, toldByProduct }),
      allocationRoutes(store.reads),
      warehouseRoutes(store.reads, engine),
      ledgerRoutes(store.reads),
    ],
  });
}
