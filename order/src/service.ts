import { createHttpApp, type HttpAppOptions } from '@souk/chassis/http/http-app';
import type { KeySource } from '@souk/chassis/http/key-source';
import { type Listening, listen } from '@souk/chassis/http/listen';
import type { EventLog } from '@souk/chassis/log/event-log';
import { messagingGauges, messagingMeter } from '@souk/chassis/messaging/messaging-metrics';
import { opsRoutes } from '@souk/chassis/messaging/ops-routes';
import type { Metrics } from '@souk/chassis/metrics';
import { createMicroservice, type Microservice } from '@souk/chassis/microservice';
import type { Service } from '@souk/chassis/service';
import packageJson from '../package.json' with { type: 'json' };
import type { CatalogueLookup } from './catalogue/catalogue-lookup.ts';
import type { OrderConfig } from './config.ts';
import type { Deadlines } from './domain/order.ts';
import { cancellationRoutes } from './http/cancellation-routes.ts';
import { placementRoutes } from './http/placement-routes.ts';
import { readRoutes } from './http/read-routes.ts';
import { sagaRoutes } from './http/saga-routes.ts';
import { deadlineJob } from './messaging/deadline-job.ts';
import { orderHandlers } from './messaging/order-handlers.ts';
import type { OrderCollections, OrderStore } from './storage/order-store.ts';
import { cancelOrder } from './usecases/cancel-order.ts';
import { copyProduct } from './usecases/copy-product.ts';
import { learnSkus } from './usecases/learn-skus.ts';
import { passDeadline } from './usecases/pass-deadline.ts';
import { placeOrder } from './usecases/place-order.ts';
import { readTimeline } from './usecases/read-timeline.ts';

export interface OrderServiceDeps {
  readonly config: Pick<
    OrderConfig,
    'port' | 'issuer' | 'audience' | 'instance' | 'stockTimeoutMs' | 'paymentTimeoutMs'
  >;
  readonly store: OrderStore;
  readonly log: EventLog;
  readonly logger: HttpAppOptions['logger'];
  readonly metrics: Metrics;
  /** The keys that access tokens are verified with. */
  readonly keys: KeySource;
  /** Product, for SKUs that no event has told of yet. */
  readonly lookup: CatalogueLookup;
}

/** Orders and their saga. Does nothing before `start`; the schema must be up to date by then (`store.migrate()`). */
export function createOrderService(deps: OrderServiceDeps): Service {
  const { config, store, log, logger, metrics, keys } = deps;
  const deadlines: Deadlines = { placed: config.stockTimeoutMs, awaiting_payment: config.paymentTimeoutMs };
  const pass = passDeadline(deadlines);
  const microservice: Microservice<OrderCollections> = createMicroservice<OrderCollections>({
    name: 'order',
    instance: config.instance,
    store,
    log,
    handlers: orderHandlers(deadlines),
    jobs: [deadlineJob(store.reads, (orderId) => microservice.submit(pass, orderId))],
    meter: messagingMeter(metrics),
    report: (error, message) => logger.error({ err: error }, message),
  });
  messagingGauges(metrics, microservice);
  const app = createHttpApp({
    service: 'order',
    version: packageJson.version,
    logger,
    metrics,
    auth: { keys, issuer: config.issuer, audience: config.audience },
    checks: { database: () => store.check(), 'event log': () => log.check() },
    routes: routesOf(deps, deadlines, microservice),
  });
  let listening: Listening | undefined;
  return {
    name: 'order',
    async start() {
      await microservice.start();
      listening = listen(app, { port: config.port });
      return { url: listening.url };
    },
    async close() {
      await listening?.stop();
      await microservice.close();
    },
  };
}

function routesOf({ store, lookup }: OrderServiceDeps, deadlines: Deadlines, commands: Microservice<OrderCollections>) {
  const learn = learnSkus({
    reads: store.reads,
    lookup,
    copy: (product) => commands.execute(copyProduct, product),
  });
  return [
    placementRoutes({ commands, placeOrder: placeOrder(deadlines), learnSkus: learn }),
    readRoutes({ reads: store.reads, timelineOf: readTimeline(store.writing) }),
    cancellationRoutes({ commands, cancelOrder: cancelOrder(deadlines) }),
    sagaRoutes(deadlines),
    opsRoutes(commands, store),
  ];
}
