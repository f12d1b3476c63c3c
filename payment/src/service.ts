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
import type { PaymentConfig } from './config.ts';
import type { GatewayTask } from './domain/gateway-task.ts';
import { askDue } from './gateway/ask-due.ts';
import { gatewayMeter } from './gateway/gateway-metrics.ts';
import type { Gateway } from './gateway/gateway.ts';
import { recordAnswer } from './gateway/record-answer.ts';
import { createTaskRunner, type TaskRunner } from './gateway/task-runner.ts';
import { describeToken } from './http/describe-token.ts';
import { paymentMethodRoutes } from './http/payment-method-routes.ts';
import { paymentRoutes } from './http/payment-routes.ts';
import { refundRoutes } from './http/refund-routes.ts';
import { paymentHandlers } from './messaging/payment-handlers.ts';
import type { PaymentCollections, PaymentStore } from './storage/payment-store.ts';

export interface PaymentServiceDeps {
  readonly config: Pick<
    PaymentConfig,
    'port' | 'issuer' | 'audience' | 'instance' | 'gatewayTimeoutMs' | 'gatewayConcurrency'
  >;
  readonly store: PaymentStore;
  readonly log: EventLog;
  /** Stays the caller's to close. */
  readonly gateway: Gateway;
  readonly logger: HttpAppOptions['logger'];
  readonly metrics: Metrics;
  /** the keys that access tokens are verified with */
  readonly keys: KeySource;
}

/** Payments. Does nothing before `start`; the schema must be up to date by then (`store.migrate()`). */
export function createPaymentService(deps: PaymentServiceDeps): Service {
  const { config, store, log, logger, metrics } = deps;
  const { microservice, tasks } = paymentMicroservice(deps);
  messagingGauges(metrics, microservice);
  const app = createHttpApp({
    service: 'payment',
    version: packageJson.version,
    logger,
    metrics,
    auth: { keys: deps.keys, issuer: config.issuer, audience: config.audience },
    checks: { database: () => store.check(), 'event log': () => log.check() },
    routes: routesOf(deps, microservice),
  });
  let listening: Listening | undefined;
  return {
    name: 'payment',
    async start() {
      await microservice.start();
      listening = listen(app, { port: config.port });
      return { url: listening.url };
    },
    async close() {
      await listening?.stop();
      tasks.stop();
      await microservice.close();
    },
  };
}

type PaymentMicroservice = Microservice<PaymentCollections, GatewayTask>;

function routesOf({ config, store, gateway, logger }: PaymentServiceDeps, commands: PaymentMicroservice) {
  const { reads } = store;
  const failed = (error: unknown): void => logger.warn({ err: error }, 'the gateway could not be asked about a token');
  return [
    paymentMethodRoutes({ commands, reads, describeToken: describeToken(gateway, config.gatewayTimeoutMs, failed) }),
    paymentRoutes(reads),
    refundRoutes({ commands, reads }),
    opsRoutes(commands, store),
  ];
}

/** Tasks end as inputs and inputs lead to tasks: the two know each other. */
function paymentMicroservice({ config, store, log, gateway, logger, metrics }: PaymentServiceDeps): {
  microservice: PaymentMicroservice;
  tasks: TaskRunner;
} {
  const meter = gatewayMeter(metrics);
  const submit: PaymentMicroservice['submit'] = (useCase, value, cause) => microservice.submit(useCase, value, cause);
  const tasks = createTaskRunner({
    gateway,
    callLimitMs: config.gatewayTimeoutMs,
    concurrency: config.gatewayConcurrency,
    answered: recordAnswer({
      submit,
      anomaly(cause, { kind, orderId }) {
        meter.anomaly();
        logger.error({ call: kind, orderId }, cause);
      },
    }),
    measured: meter.measured,
    callFailed: (error, { kind, orderId }) =>
      logger.warn({ err: error, call: kind, orderId }, 'gateway call left open'),
  });
  const microservice: PaymentMicroservice = createMicroservice<PaymentCollections, GatewayTask>({
    name: 'payment',
    instance: config.instance,
    store,
    log,
    handlers: paymentHandlers,
    runTask: tasks.run,
    jobs: [askDue({ reads: store.reads, submit, room: tasks.room })],
    meter: messagingMeter(metrics),
    report: (error, message) => logger.error({ err: error }, message),
  });
  return { microservice, tasks };
}
