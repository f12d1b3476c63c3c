import { join } from 'node:path';
import { openEmbeddedLog } from '@souk/chassis/log/embedded/embedded-log';
import type { EventLog } from '@souk/chassis/log/event-log';
import { createLogger } from '@souk/chassis/telemetry/logging';
import { createMetrics } from '@souk/chassis/telemetry/metrics';
import { AUDIENCE, ISSUER, tokenSigner } from '@souk/chassis/testing/access-tokens';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { until } from '@souk/chassis/testing/until';
import { checkedFetch } from '@souk/chassis/testing/checked-fetch';
import type { CatalogueRebuildStatus, Order } from '@souk/contracts/http/order';
import { toLogMessage } from '@souk/contracts/log-message';
import { withPartitions } from '@souk/contracts/topics';
import type { CatalogueEntry, CatalogueProduct } from '../src/domain/catalogue.ts';
import { createOrderService } from '../src/service.ts';
import type { LockedCatalogue, OrderStore } from '../src/storage/order-store.ts';
import { product, productMessage } from './messages.ts';
import { ADDRESS, METHOD_ID } from './orders.ts';
import type { Reply } from './running-service.ts';
import type { OpenedStore } from './storage/describe-order-store.ts';
import { put, settle } from './storage/settle.ts';

/** What a test does in the middle of a rebuild; afterwards it goes on. */
interface Interruptions {
  afterReading?: () => Promise<void>;
  /** Instead of the exchange. */
  exchange?: (held: LockedCatalogue) => Promise<void>;
  /** The leave that was given last. */
  held?: LockedCatalogue;
}

/** Two processes of Order on one database, and Product, which the test plays. */
export async function openRebuildShop(open: () => Promise<OpenedStore>) {
  const { store, close } = await open();
  const folder = temporaryFolder();
  const log = openEmbeddedLog({ path: join(folder.path, 'log.db'), topics: withPartitions(), synchronous: 'NORMAL' });
  const { keys, bearer } = await tokenSigner();
  const interruptions: Interruptions = {};
  let exchanges = 0;
  const services = ['order-1', 'order-2'].map((instance) =>
    createOrderService({
      config: { host: '127.0.0.1', port: 0, paceMs: 1, shutdownDelayMs: 0, issuer: ISSUER, audience: AUDIENCE, instance, stockTimeoutMs: 30_000, paymentTimeoutMs: 900_000, stockLimitMs: 900_000, paymentLimitMs: 900_000, admissionTargetMs: 0, openOrderLimit: 1_000_000, piecesOnHold: 1_000_000_000 },
      store: interruptedStore(store, interruptions, () => (exchanges += 1)),
      log: interruptedLog(log, interruptions),
      logger: createLogger({ service: 'order', level: 'silent' }),
      metrics: createMetrics({ service: 'order', ownsProcess: false }),
      keys,
      lookup: { find: async () => [] },
    }),
  );
  for (const service of services) await service.start();
  const fetches = services.map(checkedFetch);
  const staff = await bearer({ userId: Bun.randomUUIDv7(), roles: ['customer', 'staff'] });

  async function ask<Body>(method: string, path: string, at = 0, body?: unknown): Promise<Reply<Body>> {
    const headers = { authorization: staff, 'content-type': 'application/json', 'idempotency-key': Bun.randomUUIDv7() };
    const request = new Request(`http://order.test${path}`, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
    const response = await fetches[at]?.(request);
    if (response === undefined) throw new Error(`there is no process ${at}`);
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: JSON.parse(text) };
  }

  const status = async (at = 0) => (await ask<CatalogueRebuildStatus>('GET', '/ops/catalogue/rebuild', at)).body;

  return {
    store,
    interruptions,
    /** How many have ended, well or not. */
    exchanges: () => exchanges,
    status,
    start: (at = 0) => ask<CatalogueRebuildStatus>('POST', '/ops/catalogue/rebuild', at),
    ends: (as: CatalogueRebuildStatus['status']) =>
      until(`rebuild ${as}`, async () => {
        const now = await status();
        if (as === 'done' && now.status === 'failed') throw new Error(`failed: ${now.failure}`);
        return now.status === as && now;
      }, 20_000),
    place: (sku: string, at = 0) =>
      ask<Order>('POST', '/orders', at, { items: [{ sku, quantity: 1 }], shippingAddress: ADDRESS, paymentMethodId: METHOD_ID }),
    /** Product says that these have a new version. */
    tell: (...told: readonly Parameters<typeof product>[]) =>
      log.send(told.map((each) => toLogMessage(productMessage(product(...each))))),
    /** Somebody has written into the tables by hand. */
    damage: (entries: readonly CatalogueEntry[], products: readonly CatalogueProduct[]) =>
      settle(store, [put({ catalogue: entries, offers: entries, catalogueProducts: products })]),
    async close() {
      await Promise.all(services.map((service) => service.close()));
      await log.close();
      await close();
      folder.remove();
    },
  };
}

export type RebuildShop = Awaited<ReturnType<typeof openRebuildShop>>;

function interruptedLog(log: EventLog, interruptions: Interruptions): EventLog {
  return {
    ...log,
    async replay(...asked) {
      await log.replay(...asked);
      await interruptions.afterReading?.();
    },
  };
}

function interruptedStore(store: OrderStore, interruptions: Interruptions, exchanged: () => void): OrderStore {
  const { fresh } = store;
  return {
    ...store,
    fresh: {
      ...fresh,
      async lock() {
        const held = await fresh.lock();
        if (held === undefined) return undefined;
        interruptions.held = held;
        return { ...held, exchange: () => (interruptions.exchange?.(held) ?? held.exchange()).finally(exchanged) };
      },
    },
  };
}
