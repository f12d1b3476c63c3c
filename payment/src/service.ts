import { createEngine, type Engine } from '@souk/chassis/engine/engine';
import { forgetInRounds, type Job } from '@souk/chassis/engine/jobs';
import type { MessageHandlers } from '@souk/chassis/engine/messaging/message-handlers';
import type { ChassisCollections } from '@souk/chassis/engine/writer/chassis-collections';
import { createService, type Service, type ServiceParts } from '@souk/chassis/service/create-service';
import { messagingMeter } from '@souk/chassis/service/messaging-metrics';
import { forEachOf } from '@souk/chassis/telemetry/repeated-faults';
import { faultSource, reporting, reportTo } from '@souk/chassis/telemetry/report';
import { type SecurityEvents, securityEvents } from '@souk/chassis/telemetry/security-events';
import type { EdgeOptions } from '@souk/chassis/web/app/edge';
import type { KeySource } from '@souk/chassis/web/sign-in/signing-keys';
import packageJson from '../package.json' with { type: 'json' };
import type { PaymentConfig } from './config.ts';
import { CHARGE_NOT_CAPTURED, type GatewayTask } from './domain/gateway-call.ts';
import type { Gateway } from './gateway/gateway.ts';
import { PaymentGateway } from './gateway/gateways.ts';
import { createTaskRunner, type GatewayMeter, gatewayMeter, recordAnswer, type TaskRunner } from './gateway/task-runner.ts';
import { paymentMethodRoutes } from './http/payment-method-routes.ts';
import { paymentRoutes, refundRoutes } from './http/payment-routes.ts';
import { webhookRoutes } from './http/webhook-routes.ts';
import type { PaymentCollections, PaymentStore } from './storage/payment-store.ts';
import { advanceCharge, advanceRefund, followCancellation, payForOrder } from './usecases/advance-payment.ts';
import { erasePaymentMethods, eraseUser } from './usecases/keep-payment-methods.ts';

interface PaymentServiceDeps extends ServiceParts {
  readonly config: Pick<
    PaymentConfig,
    'host' | 'port' | 'issuer' | 'audience' | 'instance' | 'paceMs' | 'shutdownDelayMs' | 'admissionTargetMs' | 'gatewayTimeoutMs' | 'gatewayConcurrency' | 'methodLimit'
    | 'freshSecondFactorS' | 'refundSecondFactorAbove'
  > &
    EdgeOptions;
  readonly store: PaymentStore;
  /** Closed by the caller, not by the service. */
  readonly gateway: Gateway;
  /** the keys that verify access tokens */
  readonly keys: KeySource;
}

/** The payment service. Does nothing before `start`; the schema must be up to date by then (`store.migrate()`). */
export function createPaymentService(deps: PaymentServiceDeps): Service {
  const { gateway, logger, metrics } = deps;
  const meter = gatewayMeter(metrics);
  metrics.gauge('souk_payment_gateway_live', '1: the gateway moves money; 0: payments are simulated', () => (gateway.live ? 1 : 0));
  const anomaly: TellAnomaly = (cause, about) => {
    meter.anomaly();
    logger.error(about, cause);
  };
  const security = securityEvents(deps);
  const { engine, tasks } = paymentEngine(deps, meter, anomaly, security);
  const service = createService({
    ...deps,
    security,
    name: 'payment',
    version: packageJson.version,
    auth: { keys: deps.keys },
    engine,
    admission: { targetMs: deps.config.admissionTargetMs },
    routes: routesOf(deps, engine, anomaly),
    beforeClose: () => tasks.stop(),
    readyFacts: { schema: { paymentGateway: PaymentGateway }, values: () => ({ paymentGateway: { name: gateway.name, live: gateway.live } }) },
  });
  return {
    ...service,
    async start() {
      const started = await service.start();
      if (!gateway.live) logger.warn({ gateway: gateway.name }, 'payments are simulated: no money moves, and test tokens pay (PAYMENT_GATEWAY)');
      gateway.webhooksTo?.({ url: `${started.url}/webhooks/${gateway.name}`, report: reportTo(logger) });
      return started;
    },
  };
}

type PaymentEngine = Engine<PaymentCollections, GatewayTask>;

/** Tells a person that the gateway contradicts itself: there is no message that could become a dead letter. */
type TellAnomaly = (cause: string, about: object) => void;

function routesOf({ config, store, gateway, logger }: PaymentServiceDeps, commands: PaymentEngine, anomaly: TellAnomaly) {
  const { reads } = store;
  const asking = faultSource(reportTo(logger), 'gateway');
  const gatewayFailed = (error: unknown): void => asking.failed(error, 'the gateway could not be asked about a token');
  return [
    paymentMethodRoutes({ commands, reads, gateway, gatewayTimeoutMs: config.gatewayTimeoutMs, gatewayFailed, limit: config.methodLimit }),
    paymentRoutes(reads),
    refundRoutes({ ...config, commands, reads }),
    webhookRoutes({ commands, reads, gateway, anomaly }),
  ];
}

/** Creates the engine and the runner of its tasks together, because tasks end as inputs and inputs lead to tasks. */
function paymentEngine(
  { config, store, log, gateway, logger, metrics }: PaymentServiceDeps,
  meter: GatewayMeter,
  anomaly: TellAnomaly,
  security: SecurityEvents,
): { engine: PaymentEngine; tasks: TaskRunner } {
  const submit: PaymentEngine['submit'] = (useCase, value, cause) => engine.submit(useCase, value, cause);
  const calls = faultSource(reportTo(logger), 'gateway');
  const refunds = faultSource(reportTo(logger), 'refunds that came too early');
  const tasks = createTaskRunner({
    gateway,
    callLimitMs: config.gatewayTimeoutMs,
    concurrency: config.gatewayConcurrency,
    answered: recordAnswer({
      submit,
      anomaly: (cause, { kind, orderId }) => anomaly(cause, { call: kind, orderId }),
      tooEarly: ({ kind, orderId }) =>
        refunds.failed(CHARGE_NOT_CAPTURED, 'the gateway has not taken the money yet; the refund is sent again, for a day at most', { call: kind, orderId }),
    }),
    measured(...measured) {
      const [kind, message] = measured;
      if (message !== 'gateway.unknown') calls.worked();
      if (kind === 'refund' && message === 'gateway.succeeded') refunds.worked();
      meter.measured(...measured);
    },
    callFailed: (error, { kind, orderId }) => calls.failed(error, 'gateway call left open', { call: kind, orderId }),
  });
  const engine: PaymentEngine = createEngine<PaymentCollections, GatewayTask>({
    name: 'payment',
    instance: config.instance,
    paceMs: config.paceMs,
    store,
    log,
    handlers: paymentHandlers(gateway.live),
    runTask: tasks.run,
    aboutTask: ({ kind, orderId }) => ({ call: kind, orderId }),
    jobs: [askDue(store, submit, tasks), eraseDue(store, submit), forgetWebhooks(store)],
    security,
    meter: messagingMeter(metrics),
    ...reporting(logger),
  });
  return { engine, tasks };
}

/** `live`: true when the gateway moves money. */
export function paymentHandlers(live: boolean): MessageHandlers<PaymentCollections & ChassisCollections, GatewayTask> {
  return { 'order.ready_for_payment': payForOrder(live), 'order.cancelled': followCancellation, 'user.deleted': eraseUser };
}

const DUE = { on: 'check.due' } as const;

/** Finds, by their due time, the charges and refunds with an unknown end: left open by the gateway, or by a crash. Begins no more calls than could start at once. */
function askDue({ reads }: PaymentStore, submit: PaymentEngine['submit'], { room }: TaskRunner): Job {
  return {
    name: 'ask the gateway about what is due',
    everyMs: 1000,
    async run() {
      const limit = room();
      if (limit === 0) return;
      const payments = await reads.duePayments(limit);
      const refunds = await reads.dueRefunds(limit);
      const asking = [
        ...payments.map(({ orderId }) => ({ orderId, ask: () => submit(advanceCharge, { orderId, message: DUE }) })),
        ...refunds.map(({ orderId, refundId }) => ({ orderId, ask: () => submit(advanceRefund, { orderId, refundId, message: DUE }) })),
      ];
      await forEachOf(asking, ({ orderId }) => ({ orderId }), ({ ask }) => ask());
    },
  };
}

const USERS_AT_ONCE = 20;
const METHODS_AT_ONCE = 100;

/**
 * Erases the payment methods of deleted users, and the answers kept for their retries. If the process dies meanwhile, the
 * next round does it.
 */
function eraseDue({ reads, messages }: PaymentStore, submit: PaymentEngine['submit']): Job {
  async function eraseOf(userId: string): Promise<void> {
    const methods = await reads.methods(userId, { before: undefined, limit: METHODS_AT_ONCE });
    const ids = methods.map(({ id }) => id);
    await submit(erasePaymentMethods, { userId, ids, foundAll: ids.length < METHODS_AT_ONCE });
  }
  return {
    name: 'erase payment methods of deleted users',
    everyMs: 1000,
    async run(signal) {
      const users = await reads.usersToErase(USERS_AT_ONCE);
      const userIds = users.map(({ userId }) => userId);
      await forgetInRounds((limit) => messages.forgetAnswersTo(userIds, limit), signal);
      // After an abort, users who are not marked as done are found again.
      if (!signal.aborted) await Promise.all(userIds.map(eraseOf));
    },
  };
}

/** Longer than any gateway keeps sending a webhook again. One that comes even later is harmless because of the state. */
const KEPT_MS = 30 * 86_400_000;

function forgetWebhooks(store: PaymentStore): Job {
  return {
    name: 'forget webhooks',
    everyMs: 3_600_000,
    async run(signal) {
      const before = Date.now() - KEPT_MS;
      await forgetInRounds((limit) => store.forgetWebhooks(before, limit), signal);
    },
  };
}
