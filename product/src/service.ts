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
import type { ProductConfig } from './config.ts';
import { changeRoutes } from './http/change-routes.ts';
import { readRoutes } from './http/read-routes.ts';
import type { ProductCollections, ProductStore } from './storage/product-store.ts';

export interface ProductServiceDeps {
  readonly config: Pick<ProductConfig, 'port' | 'issuer' | 'audience' | 'instance'>;
  readonly store: ProductStore;
  readonly log: EventLog;
  readonly logger: HttpAppOptions['logger'];
  readonly metrics: Metrics;
  /** the keys that access tokens are verified with */
  readonly keys: KeySource;
}

/** The catalogue. Does nothing before `start`; the schema must be up to date by then (`store.migrate()`). */
export function createProductService({ config, store, log, logger, metrics, keys }: ProductServiceDeps): Service {
  const { issuer, audience, instance, port } = config;
  // It reads no topic: products are changed by people, and everybody else follows its events.
  const microservice = createMicroservice<ProductCollections>({
    name: 'product',
    instance,
    store,
    log,
    handlers: {},
    meter: messagingMeter(metrics),
    report: (error, message) => logger.error({ err: error }, message),
  });
  messagingGauges(metrics, microservice);
  const app = createHttpApp({
    service: 'product',
    version: packageJson.version,
    logger,
    metrics,
    auth: { keys, issuer, audience },
    checks: { database: () => store.check(), 'event log': () => log.check() },
    routes: [readRoutes(store.reads), changeRoutes(microservice), opsRoutes(microservice, store)],
  });
  let listening: Listening | undefined;
  return {
    name: 'product',
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
