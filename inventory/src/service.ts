import type { EdgeOptions } from '@souk/chassis/web/app/edge';
import type { KeySource } from '@souk/chassis/web/sign-in/signing-keys';
import { createService, type Service, type ServiceParts } from '@souk/chassis/service/create-service';
import { messagingMeter } from '@souk/chassis/service/messaging-metrics';
import { createEngine, type Engine } from '@souk/chassis/engine/engine';
import { reporting } from '@souk/chassis/telemetry/report';
import { securityEvents } from '@souk/chassis/telemetry/security-events';
import type { ChassisCollections } from '@souk/chassis/engine/writer/chassis-collections';
import type { MessageHandlers } from '@souk/chassis/engine/messaging/message-handlers';
import packageJson from '../package.json' with { type: 'json' };
import type { InventoryConfig } from './config.ts';
import type { LookUpSkus } from './domain/catalogue.ts';
import { stockCommandRoutes } from './http/stock-command-routes.ts';
import { allocationRoutes, ledgerRoutes, skuCheck, stockRoutes } from './http/stock-routes.ts';
import { warehouseRoutes } from './http/warehouse-routes.ts';
import { askSales, learnSkus } from './jobs/learn-skus.ts';
import type { InventoryCollections, InventoryStore } from './storage/inventory-store.ts';
import { commitStock, giveBackStock, reserveStock } from './usecases/move-stock.ts';

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

/** The topics that inventory reads, and their handlers. `lowThreshold`: stock is low with fewer free pieces than this. */
export function handlers(lowThreshold: number): MessageHandlers<InventoryCollections & ChassisCollections, never> {
  return {
    'order.created': reserveStock(lowThreshold),
    'order.completed': commitStock(lowThreshold),
    'order.cancelled': giveBackStock(lowThreshold),
    'product.created': learnSkus,
    'product.updated': learnSkus,
    'product.price_changed': learnSkus,
    'product.archived': learnSkus,
  };
}
