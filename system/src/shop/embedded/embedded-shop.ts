import { remoteKeys } from '@souk/chassis/web/sign-in/remote-keys';
import { lifecycle, type Lifecycle, type Part } from '@souk/chassis/service/lifecycle';
import { openEmbeddedLog } from '@souk/chassis/log/embedded/embedded-log';
import { createLogger, type Logger } from '@souk/chassis/telemetry/logging';
import { createMetrics } from '@souk/chassis/telemetry/metrics';
import { messagesComeAgain } from '@souk/chassis/log/handler-failures';
import { reportTo } from '@souk/chassis/telemetry/report';
import type { Service } from '@souk/chassis/service/service';
import { consumerGroup, SERVICES, type ServiceName } from '@souk/contracts/services';
import { withPartitions } from '@souk/contracts/topics';
import { fetchSkus } from '@souk/inventory/product/fetch-skus';
import { createInventoryService } from '@souk/inventory/service';
import { openSqliteInventoryStore } from '@souk/inventory/storage/open-sqlite';
import { productApi } from '@souk/order/catalogue/product-api';
import { createOrderService } from '@souk/order/service';
import { openSqliteOrderStore } from '@souk/order/storage/open-sqlite';
import { openGateway } from '@souk/payment/gateway/gateways';
import { createPaymentService } from '@souk/payment/service';
import { openSqlitePaymentStore } from '@souk/payment/storage/open-sqlite';
import { createProductService } from '@souk/product/service';
import { openSqliteProductStore } from '@souk/product/storage/open-sqlite';
import { mailByConfig } from '@souk/user/mail/mail-by-config';
import { createUserService } from '@souk/user/service';
import { openSqliteUserStore } from '@souk/user/storage/open-sqlite';
import { expectFree } from '../../tools/servers/free-port.ts';
import type { ServiceUrls } from '../shop-client.ts';
import { shopConfigs, type ShopSettings } from './shop-configs.ts';
import { shopFiles } from './shop-files.ts';

export interface EmbeddedShop extends Lifecycle {
  /** Complete once it has started. */
  urls(): ServiceUrls;
}

/**
 * All five services in this process, each with its own port and its own database file, over one embedded event log.
 * They are the same services that run as five processes: none of them can tell.
 */
export function embeddedShop(settings: ShopSettings): EmbeddedShop {
  const files = shopFiles(settings.folder);
  const configs = shopConfigs(settings);
  const urls: Partial<Record<ServiceName, string>> = {};
  const { logLevel: level, logTo: destination } = settings;
  const loggers = Object.fromEntries(
    SERVICES.map((service) => [service, createLogger({ service, level, ...(destination && { destination }) })] as const),
  ) as Record<ServiceName, Logger>;
  const readers = new Map(SERVICES.map((service) => [consumerGroup(service) as string, messagesComeAgain(reportTo(loggers[service]))]));
  const topics = withPartitions();
  const log = openEmbeddedLog({
    path: files.log,
    topics,
    onHandlerFailure: (failure) => readers.get(failure.group)?.(failure),
  });
  const common = (service: ServiceName) => ({
    log,
    logger: loggers[service],
    metrics: createMetrics({ service, ownsProcess: false }),
  });
  const url = (name: ServiceName) => urls[name] ?? '';
  const keys = () => remoteKeys({ url: `${url('user')}/.well-known/jwks.json` });

  /** Services are closed in two rounds, those whom others ask in the second: each may wait seconds for callers who do not read. */
  const rounds = { asking: [] as Closing[], asked: [] as Closing[] };

  /** A store is open before its service starts, and closed after it. */
  function part<S extends Store>(name: ServiceName, open: () => S, create: (store: S) => Service, round: Closing[] = rounds.asking): Part {
    let store: S | undefined;
    let service: Service | undefined;
    let closing: Promise<void> | undefined;
    const closeService = async (): Promise<void> => (closing ??= service?.close());
    round.push(closeService);
    return {
      name,
      async start() {
        store = open();
        await store.migrate();
        service = create(store);
        urls[name] = (await service.start()).url;
      },
      async stop() {
        // What becomes of the others they tell themselves.
        void Promise.allSettled(round.map((close) => close()));
        await closeService();
        await store?.close();
      },
    };
  }

  const { databases } = files;
  const life = lifecycle([
    { name: 'event log', start: () => expectPorts(settings.firstPort), stop: () => log.close() },
    part('user', () => openSqliteUserStore({ path: databases.user }), (store) =>
      createUserService({ ...common('user'), config: configs.user, store, mail: mailByConfig({ config: configs.user, logger: loggers.user, folder: files.mails }) }),
      rounds.asked,
    ),
    part('product', () => openSqliteProductStore({ path: databases.product }), (store) =>
      createProductService({ ...common('product'), config: configs.product, store, keys: keys() }),
      rounds.asked,
    ),
    part('inventory', () => openSqliteInventoryStore({ path: databases.inventory }), (store) => {
      const lookUpSkus = fetchSkus({ productUrl: url('product') });
      return createInventoryService({ ...common('inventory'), config: configs.inventory, store, keys: keys(), lookUpSkus });
    }),
    part('order', () => openSqliteOrderStore({ path: databases.order }), (store) => {
      const lookup = productApi({ url: url('product') });
      return createOrderService({ ...common('order'), config: configs.order, store, keys: keys(), lookup });
    }),
    part('payment', () => openSqlitePaymentStore({ path: databases.payment }), (store) => {
      const gateway = openGateway(configs.payment, { simulatorPath: files.gateway, reads: store.reads });
      const service = createPaymentService({ ...common('payment'), config: configs.payment, store, gateway, keys: keys() });
      return {
        ...service,
        async close() {
          await service.close();
          await gateway.close();
        },
      };
    }),
  ]);

  return { ...life, urls: () => complete(urls) };
}

/** All five before any service starts, so that the first one that is taken is named. Throws ListenError. */
function expectPorts(first: number): void {
  if (first !== 0) SERVICES.forEach((_, index) => expectFree(first + index));
}

type Closing = () => Promise<void>;

interface Store {
  migrate(): Promise<readonly string[]>;
  close(): Promise<void>;
}

function complete(urls: Partial<Record<ServiceName, string>>): ServiceUrls {
  const entries = SERVICES.map((name) => {
    const url = urls[name];
    if (url === undefined) throw new Error(`${name} has not started`);
    return [name, url] as const;
  });
  return Object.fromEntries(entries) as ServiceUrls;
}
