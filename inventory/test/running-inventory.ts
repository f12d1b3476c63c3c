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
import type { Movement, StockLevel, Warehouse } from '@souk/contracts/http/inventory';
import { toLogMessage } from '@souk/contracts/log-message';
import { consumerGroup } from '@souk/contracts/services';
import { withPartitions, TOPIC_NAMES, TOPICS, topicsReadBy } from '@souk/contracts/topics';
import type { LookUpSkus } from '../src/domain/catalogue.ts';
import { createInventoryService } from '../src/service.ts';
import { openSqliteInventoryStore } from '../src/storage/open-sqlite.ts';

const READ_HERE: readonly string[] = topicsReadBy('inventory');
const MADE_HERE = TOPIC_NAMES.filter((topic) => TOPICS[topic].madeBy === 'inventory');

type Caller = 'anonymous' | 'customer' | 'staff' | 'admin';

export interface Reply<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

interface Sending {
  readonly as?: Caller;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The whole service beside an embedded log, asked without a socket; Product knows no SKU unless `lookUpSkus` says so. */
export async function runInventory({ lookUpSkus = async () => [], freshSecondFactorS = 0 }: { lookUpSkus?: LookUpSkus; freshSecondFactorS?: number } = {}) {
  const { store, path, close } = await temporaryStore(openSqliteInventoryStore);
  const topics = withPartitions();
  const log = openEmbeddedLog({ path: join(dirname(path), 'log.db'), topics, synchronous: 'NORMAL' });
  const { keys, bearer } = await tokenSigner();
  const service = createInventoryService({
    config: { host: '127.0.0.1', port: 0, paceMs: 1, shutdownDelayMs: 0, admissionTargetMs: 2000, lowThreshold: 5, freshSecondFactorS, issuer: ISSUER, audience: AUDIENCE, instance: 'inventory-test' },
    store,
    log,
    logger: createLogger({ service: 'inventory', level: 'silent' }),
    metrics: createMetrics({ service: 'inventory', ownsProcess: false }),
    keys,
    lookUpSkus,
  });
  const { url } = await service.start();
  const fetchChecked = checkedFetch(service);
  const tokens = {
    customer: await bearer(),
    staff: await bearer({ roles: ['customer', 'staff'] }),
    admin: await bearer({ roles: ['customer', 'admin'] }),
  };

  async function send<Body>(
    method: string,
    target: string,
    { as = 'staff', body, headers }: Sending = {},
  ): Promise<Reply<Body>> {
    const request = new Request(`${url}${target}`, {
      method,
      headers: {
        ...(as !== 'anonymous' && { authorization: tokens[as] }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const response = await fetchChecked(request);
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) };
  }

  async function warehouse(body: { name?: string; priority?: number; active?: boolean } = {}): Promise<Warehouse> {
    return (await send<Warehouse>('POST', '/warehouses', { body: { name: 'Lyon', priority: 1, ...body } })).body;
  }

  /** Puts messages into the log and waits until the service has dealt with all of them. */
  async function tell(...events: readonly EventEnvelope[]): Promise<void> {
    await log.send(events.map(toLogMessage));
    await until('every message is dealt with', () =>
      log.lag(consumerGroup('inventory')).every(({ topic, messages }) => messages === 0 || !READ_HERE.includes(topic)),
    );
  }

  /** What the service has sent about one key, once there are `count` of them. */
  async function told(key: string, count: number): Promise<readonly AnyEvent[]> {
    return until(`${count} events about ${key}`, () => {
      const sent = MADE_HERE.flatMap((topic) => [...log.records(topic)]).map(eventOf);
      const events = sent.filter(({ subject }) => subject === key);
      return events.length >= count && events.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    });
  }

  return {
    /** For tests about sockets. */
    url,
    store,
    log,
    bearer,
    send,
    warehouse,
    tell,
    told,
    receive: (sku: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
      send<Movement>('POST', `/stock/${sku}/receipts`, { body, headers }),
    stock: async (sku: string) => (await send<StockLevel>('GET', `/stock/${sku}`, { as: 'anonymous' })).body,
    async close() {
      await service.close();
      await log.close();
      await close();
    },
  };
}

export type RunningInventory = Awaited<ReturnType<typeof runInventory>>;
