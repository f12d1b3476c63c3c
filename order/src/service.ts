import type { EdgeOptions } from '@souk/chassis/web/app/edge';
import type { KeySource } from '@souk/chassis/web/sign-in/signing-keys';
import type { MessageHandlers } from '@souk/chassis/engine/messaging/message-handlers';
import { newId } from '@souk/chassis/ids';
import { createService, type Service, type ServiceParts } from '@souk/chassis/service/create-service';
import { messagingMeter } from '@souk/chassis/service/messaging-metrics';
import { createEngine, type Engine } from '@souk/chassis/engine/engine';
import { type Report, reporting } from '@souk/chassis/telemetry/report';
import { securityEvents } from '@souk/chassis/telemetry/security-events';
import packageJson from '../package.json' with { type: 'json' };
import type { OrderConfig } from './config.ts';
import type { CatalogueLookup } from './domain/catalogue.ts';
import type { Deadlines } from './domain/order.ts';
import { advanceRoutes, placementRoutes } from './http/order-command-routes.ts';
import { OrderStreams, streamRoutes } from './http/order-streams.ts';
import { overviewRoutes } from './http/overview-routes.ts';
import { readRoutes } from './http/read-routes.ts';
import { rebuildRoutes } from './http/rebuild-routes.ts';
import { sagaRoutes } from './http/saga-routes.ts';
import { orderGauges, orderTally } from './jobs/count-orders.ts';
import { eraseOrder, erasure, rememberErasure } from './jobs/erase-people.ts';
import { fronts, passDeadlines } from './jobs/pass-deadlines.ts';
import { gatewayTime, waitingOrders } from './jobs/waiting-orders.ts';
import type { OrderCollections, OrderStore } from './storage/order-store.ts';
import { cancelOrder, followSaga, passDeadline, placeOrder, type SagaWatch } from './usecases/advance-order.ts';
import { copyProduct, copyToldProduct, fillFreshCatalogue, learnSkus } from './usecases/copy-product.ts';
import { type CatalogueRebuilding, catalogueRebuilding, recordRebuild } from './usecases/rebuild-catalogue.ts';

export interface OrderServiceDeps extends ServiceParts {
  readonly config: Omit<OrderConfig, 'logLevel' | keyof EdgeOptions> & EdgeOptions;
  readonly store: OrderStore;
  /** The keys that access tokens are verified with. */
  readonly keys: KeySource;
  /** Asks Product for SKUs that no event has mentioned yet. */
  readonly lookup: CatalogueLookup;
}

/** Orders and their saga. Does nothing before `start`; the schema must be up to date by then (`store.migrate()`). */
export function createOrderService(deps: OrderServiceDeps): Service {
  const { config, store, log, logger, metrics, keys } = deps;
  const security = securityEvents(deps);
  const deadlines: Deadlines = { placed: config.stockTimeoutMs, awaiting_payment: config.paymentTimeoutMs };
  const limits: Deadlines = { placed: config.stockLimitMs, awaiting_payment: config.paymentLimitMs };
  const answers = fronts(deadlines);
  const pass = passDeadline(deadlines);
  const erase = eraseOrder(deadlines);
  const { report, trace } = reporting(logger);
  const streams = new OrderStreams({ reads: store.reads, hasEnded: (principal) => engine.hasEnded(principal), report });
  metrics.gauge('souk_order_streams', 'Open status streams', () => streams.size);
  const tally = orderTally(store);
  orderGauges(metrics, tally, store.reads, report);
  const meter = messagingMeter(metrics);
  const gateway = gatewayTime();
  const waiting = waitingOrders(store.reads, { targetMs: config.admissionTargetMs, gatewayMs: () => gateway.ms, queueMs: () => engine.oldestWaitingMs() });
  const engine: Engine<OrderCollections> = createEngine<OrderCollections>({
    name: 'order',
    instance: config.instance,
    paceMs: config.paceMs,
    store,
    log,
    handlers: orderHandlers(deadlines, { gatewayTook: gateway.heard, answered: answers.answered }),
    jobs: [
      passDeadlines({ reads: store.reads, timeouts: deadlines, limits, fronts: answers }, ({ id, traceparent }) => engine.submit(pass, id, { causationId: null, traceparent })),
      erasure(store.reads, (found) => engine.submit(erase, found, found.cause), store.messages),
      waiting.job,
      tally.job,
    ],
    security,
    meter: {
      ...meter,
      batchSettled(inputs, ms) {
        meter.batchSettled(inputs, ms);
        streams.wake();
      },
    },
    report,
    trace,
  });
  const rebuilding = rebuildingOf(deps, engine, report);
  return createService({
    ...deps,
    security,
    name: 'order',
    version: packageJson.version,
    auth: { keys },
    engine,
    admission: { targetMs: config.admissionTargetMs, elsewhere: waiting },
    routes: [
      ...routesOf(deps, deadlines, engine),
      overviewRoutes({ tally, reads: store.reads }),
      streamRoutes({ reads: store.reads, streams }),
      rebuildRoutes({ reads: store.reads, startRebuild: rebuilding.start }),
    ],
    // Streams last as long as their orders, so they are closed here; their readers reconnect to another process.
    endOwnWork: () => Promise.all([streams.close(), rebuilding.close()]),
  });
}

function rebuildingOf(
  { store: { fresh }, log }: OrderServiceDeps,
  commands: Engine<OrderCollections>,
  report: Report,
): CatalogueRebuilding {
  return catalogueRebuilding({
    fresh,
    log,
    fill: (product) => commands.submit(fillFreshCatalogue, product),
    record: (record) => commands.submit(recordRebuild, record),
    newId,
    report,
  });
}

function routesOf({ store, lookup, config }: OrderServiceDeps, deadlines: Deadlines, commands: Engine<OrderCollections>) {
  const limits = { orders: config.openOrderLimit, pieces: config.piecesOnHold };
  const learn = learnSkus({
    reads: store.reads,
    lookup,
    copy: (product) => commands.execute(copyProduct, product),
  });
  return [
    placementRoutes({ commands, reads: store.reads, placeOrder: placeOrder(deadlines, limits), learnSkus: learn }),
    readRoutes(store.reads),
    advanceRoutes({ commands, cancelOrder: cancelOrder(deadlines) }),
    sagaRoutes(deadlines, { placed: config.stockLimitMs, awaiting_payment: config.paymentLimitMs }),
  ];
}

/** Handlers of the topics that Order reads. */
export function orderHandlers(deadlines: Deadlines, watch: SagaWatch): MessageHandlers<OrderCollections, never> {
  const follow = followSaga(deadlines, watch);
  return {
    'inventory.reserved': follow,
    'inventory.failed': follow,
    'inventory.released': follow,
    'payment.completed': follow,
    'payment.failed': follow,
    'payment.refunded': follow,
    'user.deleted': rememberErasure,
    'product.created': copyToldProduct,
    'product.updated': copyToldProduct,
    'product.price_changed': copyToldProduct,
    'product.archived': copyToldProduct,
  };
}
