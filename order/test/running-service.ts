import { dirname, join } from 'node:path';
import { openEmbeddedLog } from '@souk/chassis/log/embedded/embedded-log';
import { createLogger } from '@souk/chassis/telemetry/logging';
import { createMetrics } from '@souk/chassis/telemetry/metrics';
import { AUDIENCE, ISSUER, tokenSigner } from '@souk/chassis/testing/access-tokens';
import { eventOf } from '@souk/chassis/testing/recorded-log';
import { temporaryStore } from '@souk/chassis/testing/temporary-store';
import { until } from '@souk/chassis/testing/until';
import { checkedFetch } from '@souk/chassis/testing/checked-fetch';
import type { AnyEvent, EventEnvelope } from '@souk/contracts/envelope';
import type { Order } from '@souk/contracts/http/order';
import { toLogMessage } from '@souk/contracts/log-message';
import type { Role } from '@souk/contracts/access-token';
import type { OrderStatus } from '@souk/contracts/saga';
import { withPartitions, TOPIC_NAMES, TOPICS } from '@souk/contracts/topics';
import type { CatalogueLookup } from '../src/domain/catalogue.ts';
import type { CustomerLimits } from '../src/domain/customer-limits.ts';
import { createOrderService } from '../src/service.ts';
import { openSqliteOrderStore } from '../src/storage/open-sqlite.ts';
import { message, product, productMessage } from './messages.ts';
import { ADDRESS, LIMITS, METHOD_ID, NORTH, PAYMENT_ID, PRODUCT_ID } from './orders.ts';

export interface Reply<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export interface Asking {
  readonly as?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface RunOptions {
  readonly lookup?: CatalogueLookup;
  readonly stockTimeoutMs?: number;
  readonly paymentTimeoutMs?: number;
  /** How long an order waits at most without a sign that others answer. */
  readonly limitMs?: number;
  readonly limits?: CustomerLimits;
  readonly admissionTargetMs?: number;
}

const NOT_ASKED: CatalogueLookup = { find: async () => [] };

/** Order with an embedded log in a new folder; the test plays all the other services. */
export async function runOrderService({
  lookup = NOT_ASKED,
  stockTimeoutMs = 30_000,
  paymentTimeoutMs = 900_000,
  limitMs = 3_600_000,
  limits = LIMITS,
  admissionTargetMs = 2000,
}: RunOptions = {}) {
  const { store, path: database, close } = await temporaryStore(openSqliteOrderStore);
  const topics = withPartitions();
  const log = openEmbeddedLog({ path: join(dirname(database), 'log.db'), topics, synchronous: 'NORMAL' });
  const { keys, bearer } = await tokenSigner();
  const service = createOrderService({
    config: { host: '127.0.0.1', port: 0, paceMs: 1, shutdownDelayMs: 0, issuer: ISSUER, audience: AUDIENCE, instance: 'order-test', stockTimeoutMs, paymentTimeoutMs, stockLimitMs: limitMs, paymentLimitMs: limitMs, admissionTargetMs, openOrderLimit: limits.orders, piecesOnHold: limits.pieces },
    store,
    log,
    logger: createLogger({ service: 'order', level: 'silent' }),
    metrics: createMetrics({ service: 'order', ownsProcess: false }),
    keys,
    lookup,
  });
  const { url } = await service.start();
  const sent: AnyEvent[] = [];
  const listening = await log.subscribe({
    group: 'test',
    topics: TOPIC_NAMES.filter((name) => TOPICS[name].madeBy === 'order'),
    handle: async (messages) => void sent.push(...messages.map(eventOf)),
  });

  /** Asks the service itself, without its socket. */
  const fetchChecked = checkedFetch(service);
  const ownFetch = (path: string, init?: RequestInit): Promise<Response> => fetchChecked(new Request(`${url}${path}`, init));

  async function ask<Body>(
    method: string,
    path: string,
    { as, body, headers = {} }: Asking = {},
  ): Promise<Reply<Body>> {
    const response = await ownFetch(path, {
      method,
      headers: {
        ...(as !== undefined && { authorization: as }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
  }

  /** The other services speak. */
  async function tell(...events: readonly EventEnvelope[]): Promise<void> {
    await log.send(events.map(toLogMessage));
  }

  const reaches = (id: string, status: OrderStatus) =>
    until(`order ${status}`, async () => {
      const order = await store.reads.order(id);
      return order?.status === status && order;
    });

  return {
    store,
    /** the file */
    database,
    /** For tests about sockets. */
    url,
    bearer,
    fetch: ownFetch,
    ask,
    tell,
    sent,
    customer: (userId = Bun.randomUUIDv7(), roles: readonly Role[] = ['customer']) => bearer({ userId, roles }),
    /** The SKUs are on sale, and Order knows. */
    async onSale(prices: Readonly<Record<string, number>>, id: string = PRODUCT_ID): Promise<void> {
      await tell(productMessage(product(id, prices)));
      const skus = Object.keys(prices);
      await until('catalogue copy', async () => (await store.reads.knownSkus(skus)).length === skus.length);
    },
    place(as: string, changes: object = {}, key: string = Bun.randomUUIDv7()): Promise<Reply<Order>> {
      const order = { items: [{ sku: 'MUG', quantity: 2 }], shippingAddress: ADDRESS, paymentMethodId: METHOD_ID };
      return ask('POST', '/orders', { as, body: { ...order, ...changes }, headers: { 'idempotency-key': key } });
    },
    reaches,
    /** Inventory has the goods of the order, in these warehouses. */
    async reserved(id: string, warehouses: readonly string[] = [NORTH]): Promise<void> {
      const { items } = await reaches(id, 'placed');
      const allocations = items.flatMap(({ sku, quantity }) =>
        warehouses.map((warehouseId, at) => ({ sku, warehouseId, quantity: at === 0 ? quantity - warehouses.length + 1 : 1 })),
      );
      await tell(message('inventory.reserved', id, { orderId: id, allocations }));
      await reaches(id, 'awaiting_payment');
    },
    /** Payment has the money. */
    async paid(id: string): Promise<void> {
      const { total } = await reaches(id, 'awaiting_payment');
      const capturedAt = new Date().toISOString();
      await tell(message('payment.completed', id, { orderId: id, paymentId: PAYMENT_ID, amount: total, capturedAt }));
      await reaches(id, 'completed');
    },
    /** The events of an order that have been sent by now, when there are so many. */
    heard: (orderId: string, count: number) =>
      until(`${count} events`, () => {
        const events = sent.filter(({ subject }) => subject === orderId);
        return events.length >= count && events;
      }),
    async close() {
      await listening.close();
      await service.close();
      await log.close();
      await close();
    },
  };
}

export type RunningService = Awaited<ReturnType<typeof runOrderService>>;
