import { join } from 'node:path';
import { createLogger } from '@souk/chassis/telemetry/logging';
import { createMetrics } from '@souk/chassis/telemetry/metrics';
import { AUDIENCE, ISSUER, tokenSigner } from '@souk/chassis/testing/access-tokens';
import { checkedFetch } from '@souk/chassis/testing/checked-fetch';
import { type TemporaryFolder, temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { until } from '@souk/chassis/testing/until';
import type { Payment, PaymentMethod } from '@souk/contracts/http/payment';
import type { Problem } from '@souk/contracts/problem';
import { databaseClock } from '../src/gateway/gateways.ts';
import type { Gateway } from '../src/gateway/gateway.ts';
import { openSimulator } from '../src/gateway/simulator.ts';
import { readSimulatorLedger } from '../src/gateway/simulator-ledger.ts';
import { createPaymentService } from '../src/service.ts';
import { openSqlitePaymentStore } from '../src/storage/open-sqlite.ts';
import { CUSTOMER, eur, uuid } from './builders.ts';
import { readyForPayment } from './messages.ts';
import { scriptedLog } from './scripted-log.ts';

export const PEOPLE = {
  customer: { id: CUSTOMER, roles: ['customer'] },
  stranger: { id: uuid(0xcc), roles: ['customer'] },
  staff: { id: uuid(0x5f), roles: ['customer', 'staff'] },
  admin: { id: uuid(0xad), roles: ['customer', 'admin'] },
} as const;

/** of the simulator: the new one and the old one */
export const SECRETS = ['new-secret', 'old-secret'] as const;

export type Caller = keyof typeof PEOPLE | 'anonymous';

export interface Reply<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

interface RequestOptions {
  readonly as?: Caller;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface RunOptions {
  /** of an earlier run that was left behind; default: a new one */
  readonly folder?: TemporaryFolder;
  readonly gatewayTimeoutMs?: number;
  readonly lateMs?: number;
  readonly freshSecondFactorS?: number;
  readonly refundSecondFactorAbove?: number;
  /** Puts something between the service and the simulator. */
  readonly around?: (gateway: Gateway) => Gateway;
  readonly methodLimit?: number;
}

/** Stands before the paths of requests that no socket carries. */
const ORIGIN = 'http://payment';

/** The service over a database and a simulator in a new folder. Its routes are asked without a socket, and answers that its OpenAPI document forbids throw. */
export async function runPayments({
  folder,
  gatewayTimeoutMs = 150,
  lateMs = 1000,
  methodLimit = 1000,
  freshSecondFactorS = 0,
  refundSecondFactorAbove = 0,
  around = (g) => g,
}: RunOptions = {}) {
  const home = folder ?? temporaryFolder();
  const store = openSqlitePaymentStore({ path: join(home.path, 'payment.db'), synchronous: 'NORMAL' });
  await store.migrate();
  const log = scriptedLog();
  const ledgerPath = join(home.path, 'gateway.db');
  const simulator = openSimulator({ path: ledgerPath, now: databaseClock(() => store.reads.now()), latencyMs: 0, slowMs: 50, lateMs, webhookSecrets: SECRETS });
  const { keys, bearer } = await tokenSigner();
  const service = createPaymentService({
    config: {
      host: '127.0.0.1',
      paceMs: 1, shutdownDelayMs: 0, admissionTargetMs: 2000,
      port: 0,
      issuer: ISSUER,
      audience: AUDIENCE,
      instance: 'payment-test',
      gatewayTimeoutMs,
      gatewayConcurrency: 256,
      methodLimit,
      freshSecondFactorS,
      refundSecondFactorAbove,
    },
    store,
    log,
    gateway: around(simulator),
    logger: createLogger({ service: 'payment', level: 'silent' }),
    metrics: createMetrics({ service: 'payment', ownsProcess: false }),
    keys,
  });
  const { url } = await service.start();
  const fetchChecked = checkedFetch(service);
  const bearers = new Map<Caller, string>();
  for (const name of ['customer', 'stranger', 'staff', 'admin'] as const) {
    bearers.set(name, await bearer({ userId: PEOPLE[name].id, roles: PEOPLE[name].roles }));
  }

  async function ask(method: string, path: string, init: RequestInit = {}): Promise<Reply<string>> {
    const request = new Request(`${ORIGIN}${path}`, { ...init, method });
    const response = await fetchChecked(request);
    const { status, headers } = response;
    return { status, headers, body: await response.text() };
  }

  /** `body` is sent as JSON, text as it is. */
  async function send<Body = Omit<Problem, never>>(
    method: string,
    path: string,
    options: RequestOptions = {},
  ): Promise<Reply<Body>> {
    const { as = 'anonymous', body, headers = {} } = options;
    const authorization = bearers.get(as);
    const reply = await ask(method, path, {
      headers: {
        ...(authorization !== undefined && { authorization }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { ...reply, body: reply.body === '' ? null : JSON.parse(reply.body) };
  }

  async function metrics(): Promise<string> {
    return (await ask('GET', '/metrics')).body;
  }

  async function cardOf(token = 'tok_ok', as: Caller = 'customer'): Promise<PaymentMethod> {
    const { status, body } = await send<PaymentMethod>('POST', '/payment-methods', { as, body: { token } });
    if (status !== 201) throw new Error(`no card: ${JSON.stringify(body)}`);
    return body;
  }

  async function paymentOf(orderId: string): Promise<Payment | undefined> {
    const { body } = await send<{ items: Payment[] }>('GET', `/payments?orderId=${orderId}`, { as: 'staff' });
    return body.items[0];
  }

  /** Waits until the order's payment fits. */
  function paymentWhen(orderId: string, fits: (payment: Payment) => boolean): Promise<Payment> {
    return until(`the payment of ${orderId}`, async () => {
      const payment = await paymentOf(orderId);
      return payment !== undefined && fits(payment) && payment;
    });
  }

  /** A new order that is ready to be paid, as the order service tells it. */
  function anOrder(paymentMethodId: string, amount = 1000) {
    const orderId = Bun.randomUUIDv7();
    return { orderId, ready: readyForPayment({ orderId, paymentMethodId, amount: eur(amount) }) };
  }

  async function paid(amount = 1000, token = 'tok_ok'): Promise<Payment> {
    const { orderId, ready } = anOrder((await cardOf(token)).id, amount);
    await log.deliver(ready);
    return paymentWhen(orderId, ({ status }) => status === 'captured');
  }

  let stopped: Promise<void> | undefined;
  async function stop(): Promise<void> {
    await service.close();
    await simulator.close();
    await store.close();
  }

  return {
    folder: home,
    store,
    log,
    url,
    bearer,
    send,
    metrics,
    cardOf,
    anOrder,
    paid,
    paymentOf,
    paymentWhen,
    ledger: () => readSimulatorLedger(ledgerPath),
    /** Leaves the files for another run. */
    stop: () => (stopped ??= stop()),
    async dispose() {
      await (stopped ??= stop());
      home.remove();
    },
  };
}

export type RunningPayments = Awaited<ReturnType<typeof runPayments>>;
