import { openEmbeddedLog } from '@souk/chassis/log/embedded/embedded-log';
import { messagesComeAgain } from '@souk/chassis/log/event-log';
import { faultyLog } from '@souk/chassis/log/faulty-log';
import { ConfigError, type ConfigFault, type Environment, readConfig } from '@souk/chassis/service/config';
import { lifecycle, type Lifecycle, type Part } from '@souk/chassis/service/lifecycle';
import type { Service } from '@souk/chassis/service/create-service';
import { faultMaker, type ServiceFaults } from '@souk/chassis/service/fault-maker';
import { createLogger, type DestinationStream, type Logger, type LogLevel } from '@souk/chassis/telemetry/logging';
import { createMetrics } from '@souk/chassis/telemetry/metrics';
import { reportTo } from '@souk/chassis/telemetry/report';
import { remoteKeys } from '@souk/chassis/web/sign-in/signing-keys';
import { consumerGroup, type ServiceName, SERVICES } from '@souk/contracts/services';
import { withPartitions } from '@souk/contracts/topics';
import { INVENTORY_CONFIG } from '@souk/inventory/config';
import { fetchSkus } from '@souk/inventory/product/fetch-skus';
import { createInventoryService } from '@souk/inventory/service';
import { openSqliteInventoryStore } from '@souk/inventory/storage/open-sqlite';
import { productApi } from '@souk/order/catalogue/product-api';
import { ORDER_CONFIG } from '@souk/order/config';
import { createOrderService } from '@souk/order/service';
import { openSqliteOrderStore } from '@souk/order/storage/open-sqlite';
import { PAYMENT_CONFIG } from '@souk/payment/config';
import { openGateway } from '@souk/payment/gateway/gateways';
import { createPaymentService } from '@souk/payment/service';
import { openSqlitePaymentStore } from '@souk/payment/storage/open-sqlite';
import { PRODUCT_CONFIG } from '@souk/product/config';
import { createProductService } from '@souk/product/service';
import { openSqliteProductStore } from '@souk/product/storage/open-sqlite';
import { readUserConfig } from '@souk/user/config';
import { mailByConfig } from '@souk/user/mail/mail-by-config';
import { createUserService } from '@souk/user/service';
import { openSqliteUserStore } from '@souk/user/storage/open-sqlite';
import { expectFree } from '../../tools/servers/free-port.ts';
import type { ServiceUrls } from '../shop-client.ts';
import { type RunningService, servicePart, type ServicePart } from './service-part.ts';
import { shopFiles } from './shop-files.ts';

export interface ShopSettings {
  /** Folder of all its files; must exist. */
  readonly folder: string;
  /** The first of five ports in a row; 0: any free ones. */
  readonly firstPort: number;
  readonly admin: { readonly email: string; readonly password: string };
  readonly logLevel: LogLevel;
  /** Default: standard error. */
  readonly logTo?: DestinationStream;
  /** false: nobody can make faults on purpose. */
  readonly faults?: boolean;
  /** Environment for everything not set here, as each service alone would read it. */
  readonly env: Environment;
}

export interface EmbeddedShop extends Lifecycle {
  /** Addresses of all services, once the shop has started. */
  urls(): ServiceUrls;
  /** Asks a service of a started shop without a socket. */
  fetch(name: ServiceName, request: Request): Promise<Response>;
}

/**
 * All five services in this process, each with its own port and its own database file, over one embedded event log. They are the
 * same services that run as five processes, and cannot tell the difference.
 */
export function embeddedShop(settings: ShopSettings): EmbeddedShop {
  const files = shopFiles(settings.folder);
  const configs = shopConfigs(settings);
  const urls: Partial<Record<ServiceName, string>> = {};
  const { logLevel: level, logTo: destination, faults: mayMakeFaults = true } = settings;
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
  const faults = Object.fromEntries(
    SERVICES.map((name) => {
      const stop = (over: AbortSignal): void => void parts[name].stopUntil(over);
      return [name, faultMaker({ logger: loggers[name], hasGateway: name === 'payment', stop })] as const;
    }),
  ) as Record<ServiceName, ServiceFaults>;
  const common = (service: ServiceName) => ({
    log: faultyLog(log, faults[service].deliveriesOf),
    logger: loggers[service],
    metrics: createMetrics({ service, ownsProcess: false }),
    ...(mayMakeFaults && { faults: faults[service] }),
  });
  const url = (name: ServiceName) => urls[name] ?? '';
  const keys = () => remoteKeys({ url: `${url('user')}/.well-known/jwks.json` });

  /** Aborted when the shop stops: no service starts again from then on. */
  const ending = new AbortController();
  /** Services close in two rounds; those that other services call close in the second. Each may wait seconds for callers that do not read. */
  const rounds = { asking: [] as Closing[], asked: [] as Closing[] };
  const parts = {} as Record<ServiceName, ServicePart>;

  /** Opens the store before its service starts, and closes it after the service. */
  function part<S extends Store>(name: ServiceName, open: () => S, create: (store: S, port: number) => Service, round: Closing[] = rounds.asking): Part {
    async function start(): Promise<RunningService> {
      const store = open();
      try {
        await store.migrate();
        const before = urls[name];
        const service = create(store, before === undefined ? configs[name].port : portOf(before));
        urls[name] = (await service.start()).url;
        return { service, close: () => closeBoth(service, store) };
      } catch (error) {
        await store.close();
        throw error;
      }
    }
    const own = servicePart({ name, start, ending: ending.signal, report: reportTo(loggers[name]) });
    parts[name] = own;
    round.push(own.close);
    return {
      name,
      start: own.start,
      async stop() {
        ending.abort();
        // Results are ignored here: each part reports its own when it stops.
        void Promise.allSettled(round.map((close) => close()));
        await own.close();
      },
    };
  }

  const { databases } = files;
  const life = lifecycle([
    { name: 'event log', start: () => expectPorts(settings.firstPort), stop: () => log.close() },
    part('user', () => openSqliteUserStore({ path: databases.user }), (store, port) =>
      createUserService({ ...common('user'), config: { ...configs.user, port }, store, mail: mailByConfig({ config: configs.user, logger: loggers.user, folder: files.mails }) }),
      rounds.asked,
    ),
    part('product', () => openSqliteProductStore({ path: databases.product }), (store, port) =>
      createProductService({ ...common('product'), config: { ...configs.product, port }, store, keys: keys() }),
      rounds.asked,
    ),
    part('inventory', () => openSqliteInventoryStore({ path: databases.inventory }), (store, port) => {
      const lookUpSkus = fetchSkus({ productUrl: url('product') });
      return createInventoryService({ ...common('inventory'), config: { ...configs.inventory, port }, store, keys: keys(), lookUpSkus });
    }),
    part('order', () => openSqliteOrderStore({ path: databases.order }), (store, port) => {
      const lookup = productApi({ url: url('product') });
      return createOrderService({ ...common('order'), config: { ...configs.order, port }, store, keys: keys(), lookup });
    }),
    part('payment', () => openSqlitePaymentStore({ path: databases.payment }), (store, port) => {
      const gateway = openGateway(configs.payment, { simulatorPath: files.gateway, reads: store.reads, declinesAll: faults.payment.declines });
      const service = createPaymentService({ ...common('payment'), config: { ...configs.payment, port }, store, gateway, keys: keys() });
      return {
        ...service,
        async close() {
          await service.close();
          await gateway.close();
        },
      };
    }),
  ], { ending });
  ending.signal.addEventListener('abort', () => {
    for (const each of Object.values(faults)) each.endAll();
  });

  return {
    ...life,
    urls: () => complete(urls),
    async fetch(name, request) {
      const running = parts[name].running();
      if (running === undefined) throw new Error(`${name} does not run`);
      return running.service.fetch(request);
    },
  };
}

/** Checks all five ports before any service starts, so that the error names the first one taken. Throws ListenError. */
function expectPorts(first: number): void {
  if (first !== 0) SERVICES.forEach((_, index) => expectFree(first + index));
}

/** A URL leaves 80 out. */
function portOf(url: string): number {
  return Number(new URL(url).port || 80);
}

async function closeBoth(service: Service, store: Store): Promise<void> {
  try {
    await service.close();
  } finally {
    await store.close();
  }
}

type Closing = () => Promise<void>;

interface Store {
  migrate(): Promise<readonly string[]>;
  close(): Promise<void>;
}

function complete(urls: Partial<Record<ServiceName, string>>): ServiceUrls {
  const entries = SERVICES.map((name) => {
    const url = urls[name];
    if (url === undefined) throw new Error(`${name} has not started: the embedded shop has a part for each service (embedded-shop.ts)`);
    return [name, url] as const;
  });
  return Object.fromEntries(entries) as ServiceUrls;
}

/** The configuration of each service as its own process would read it. Throws one ConfigError that names every fault. */
function shopConfigs({ firstPort, admin, env }: ShopSettings) {
  const faults = new Map<string, ConfigFault>();
  const own = (service: ServiceName): Environment => ({
    ...env,
    // A shop on a laptop is not meant to be reached from elsewhere.
    HOST: '127.0.0.1',
    PORT: String(firstPort === 0 ? 0 : firstPort + SERVICES.indexOf(service)),
    INSTANCE: `${service}-1`,
    SOUK_ADMIN_EMAIL: admin.email,
    SOUK_ADMIN_PASSWORD: admin.password,
    PAYMENT_GATEWAY: env['PAYMENT_GATEWAY'] || 'simulator',
    // No change needed: the password is random, in a file that only the shop's owner can read.
    SOUK_ADMIN_PASSWORD_CHANGE: env['SOUK_ADMIN_PASSWORD_CHANGE'] ?? 'off',
  });
  const collected = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const fault of error.problems) faults.set(fault.name, fault);
      return undefined;
    }
  };
  const configs = {
    product: collected(() => readConfig(own('product'), PRODUCT_CONFIG)),
    inventory: collected(() => readConfig(own('inventory'), INVENTORY_CONFIG)),
    order: collected(() => readConfig(own('order'), ORDER_CONFIG)),
    payment: collected(() => readConfig(own('payment'), PAYMENT_CONFIG)),
    user: collected(() => readUserConfig(own('user'))),
  };
  if (faults.size > 0) throw new ConfigError([...faults.values()]);
  // Whatever could not be read is a fault.
  return configs as { readonly [Name in keyof typeof configs]: NonNullable<(typeof configs)[Name]> };
}
