import type { EdgeOptions } from '@souk/chassis/web/app/edge';
import type { KeySource } from '@souk/chassis/web/sign-in/key-source';
import { createService, type ServiceParts } from '@souk/chassis/service/create-service';
import { messagingMeter } from '@souk/chassis/service/messaging-metrics';
import { createEngine, type Engine } from '@souk/chassis/engine/engine';
import { faultSource, reporting, reportTo } from '@souk/chassis/telemetry/report';
import { type SecurityEvents, securityEvents } from '@souk/chassis/telemetry/security-events';
import type { Service } from '@souk/chassis/service/service';
import packageJson from '../package.json' with { type: 'json' };
import type { PaymentConfig } from './config.ts';
import { CHARGE_NOT_CAPTURED, type GatewayTask } from './domain/gateway-call.ts';
import { createTaskRunner, type GatewayMeter, gatewayMeter, recordAnswer, type TaskRunner } from './gateway/task-runner.ts';
import type { Gateway } from './gateway/gateway.ts';
import { PaymentGateway } from './gateway/gateways.ts';
import { describeToken } from './http/describe-token.ts';
import { paymentMethodRoutes } from './http/payment-method-routes.ts';
import { paymentRoutes } from './http/payment-routes.ts';
import { refundRoutes } from './http/refund-routes.ts';
import { webhookRoutes } from './http/webhook-routes.ts';
import { askDue } from './jobs/ask-due.ts';
import { eraseDue } from './jobs/erase-due.ts';
import { forgetWebhooks } from './jobs/forget-webhooks.ts';
import { paymentHandlers } from './messaging/payment-handlers.ts';
import type { PaymentCollections, PaymentStore } from './storage/payment-store.ts';

export interface PaymentServiceDeps extends ServiceParts {
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

/** Tells a person that the gateway contradicts itself: there is no message that could become a dead letter. */
type TellAnomaly = (cause: string, about: object) => void;

type PaymentEngine = Engine<PaymentCollections, GatewayTask>;

function routesOf(
  { config, store, gateway, logger }: PaymentServiceDeps,
  commands: PaymentEngine,
  anomaly: TellAnomaly,
) {
  const { reads } = store;
  const asking = faultSource(reportTo(logger), 'gateway');
  const failed = (error: unknown): void => asking.failed(error, 'the gateway could not be asked about a token');
  return [
    paymentMethodRoutes({ commands, reads, describeToken: describeToken(gateway, config.gatewayTimeoutMs, failed), limit: config.methodLimit }),
    paymentRoutes(reads),
    refundRoutes({ ...config, commands, reads }),
    webhookRoutes({ commands, reads, gateway, anomaly }),
  ];
}

/** Creates both together, because tasks end as inputs and inputs lead to tasks. */
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
        refunds.failed(CHARGE_NOT_CAPTURED, 'the gateway has still to take what is to go back; the refund is sent again, for a day at most', { call: kind, orderId }),
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
    jobs: [
      askDue({ reads: store.reads, submit, room: tasks.room }),
      eraseDue({ ...store, submit }),
      forgetWebhooks(store),
    ],
    security,
    meter: messagingMeter(metrics),
    ...reporting(logger),
  });
  return { engine, tasks };
}
