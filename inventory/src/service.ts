import { createHttpApp, type HttpAppOptions } from '@souk/chassis/http/http-app';
import type { KeySource } from '@souk/chassis/http/key-source';
import { type Listening, listen } from '@souk/chassis/http/listen';
import type { EventLog } from '@souk/chassis/log/event-log';
import { messagingGauges, messagingMeter } from '@souk/chassis/messaging/messaging-metrics';
import { opsRoutes } from '@souk/chassis/messaging/ops-routes';
import type { Metrics } from '@souk/chassis/metrics';
import { createMicroservice } from '@souk/chassis/microservice';
import type { Service } from '@souk/chassis/service';
import packageJson from '../package.json' with { type: 'json' };
import type { InventoryConfig } from './config.ts';
import { ledgerRoutes } from './http/ledger-routes.ts';
import { skuCheck } from './http/sku-check.ts';
import { stockRoutes } from './http/stock-routes.ts';
import { warehouseRoutes } from './http/warehouse-routes.ts';
import { HANDLERS } from './messaging/handlers.ts';
import type { LookUpSku } from './product/look-up-sku.ts';
import type { InventoryCollections, InventoryStore } from './storage/inventory-store.ts';

export interface InventoryServiceDeps {
  readonly config: Pick<InventoryConfig, 'port' | 'issuer' | 'audience' | 'instance'>;
  readonly store: InventoryStore;
  readonly log: EventLog;
  readonly logger: HttpAppOptions['logger'];
  readonly metrics: Metrics;
  /** the keys that access tokens are verified with */
  readonly keys: KeySource;
  readonly lookUpSku: LookUpSku;
}

/** Stock and reservations. Does nothing before `start`; the schema must be up to date by then (`store.migrate()`). */
export function createInventoryService(deps: InventoryServiceDeps): Service {
  const { config, store, log, logger, metrics, keys, lookUpSku } = deps;
  const { issuer, audience, instance, port } = config;
  const microservice = createMicroservice<InventoryCollections>({
    name: 'inventory',
    instance,
    store,
    log,
    handlers: HANDLERS,
    meter: messagingMeter(metrics),
    report: (error, message) => logger.error({ err: error }, message),
  });
  messagingGauges(metrics, microservice);
  const app = createHttpApp({
    service: 'inventory',
    version: packageJson.version,
    logger,
    metrics,
    auth: { keys, issuer, audience },
    checks: { database: () => store.check(), 'event log': () => log.check() },
    routes: [
      stockRoutes(store.reads, microservice, skuCheck(lookUpSku)),
      warehouseRoutes(store.reads, microservice),
      ledgerRoutes(store.reads),
      opsRoutes(microservice, store),
    ],
  });
  let listening: Listening | undefined;
  return {
    name: 'inventory',
    async start() {
      await microservice.start();
      listening = listen(app, { port });
      return { url: listening.url };
    },
    async close() {
      await listening?.stop();
      await microservice.close();
    },
  };
}
