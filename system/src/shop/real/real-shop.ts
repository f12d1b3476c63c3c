import type { Environment } from '@souk/chassis/service/config';
import { lifecycle, type Lifecycle } from '@souk/chassis/service/lifecycle';
import type { LogLevel } from '@souk/chassis/telemetry/logging';
import { SERVICES, type ServiceName } from '@souk/contracts/services';
import type { Account } from '../embedded/accounts.ts';
import { freePort } from '../../tools/servers/free-port.ts';
import type { ServiceUrls } from '../shop-client.ts';
import type { RealShopAddresses } from './addresses.ts';
import { type Program, runStep, serviceCommand, shopEnvironment, type Step, stepEnvironment } from './service-process.ts';
import { serviceChild, type ServiceChild } from './service-child.ts';

export interface RealShopSettings {
  readonly addresses: RealShopAddresses;
  /** The first of five ports in a row; 0: any free ones. */
  readonly firstPort: number;
  readonly admin: Account;
  readonly logLevel: LogLevel;
  readonly program: Program;
  /** Settings of the services beyond what the shop itself decides. */
  readonly env: Environment;
  /** Wraps each service's command; absent: commands run unchanged. */
  readonly within?: (name: ServiceName, command: readonly string[]) => readonly string[];
}

export interface RealShop extends Lifecycle {
  urls(): ServiceUrls;
  /** Brings schemas and topics up to date, in the environment of the services. Throws the output of a failing step. */
  migrate(): Promise<void>;
  readonly services: Readonly<Record<ServiceName, ServiceChild>>;
  /** Adds one more process of a service, not started yet; it is stopped with the shop. Without `instance` it gets a name of its own. */
  replica(name: ServiceName, instance?: string): ServiceChild;
}

/** Five processes on real servers; schemas and topics must exist (`migrate`). */
export function realShop(settings: RealShopSettings): RealShop {
  const ports = portsFrom(settings.firstPort);
  const port = (name: ServiceName) => ports[SERVICES.indexOf(name)] ?? 0;
  const byName = <T>(make: (name: ServiceName) => T) =>
    Object.fromEntries(SERVICES.map((name) => [name, make(name)])) as Record<ServiceName, T>;
  const urls = byName((name) => `http://127.0.0.1:${port(name)}`);
  const environment = (name: ServiceName, instance = `${name}-1`) => shopEnvironment(name, instance, { ...settings, urls });
  const { within = (_name, command) => command } = settings;
  const child = (name: ServiceName, instance: string, at: number) =>
    serviceChild({ name, command: within(name, serviceCommand(name, settings.program)), port: at, env: environment(name, instance) });
  const services = byName((name) => child(name, `${name}-1`, port(name)));
  const replicas: ServiceChild[] = [];

  async function stopAll(): Promise<void> {
    await Promise.all([...replicas, ...Object.values(services)].map((service) => service.stop()));
  }

  // All start at once: no service needs another one to start, which is tested.
  const together = {
    name: 'services',
    async start() {
      const started = await Promise.allSettled(SERVICES.map((name) => services[name].start()));
      const failed = started.find((result) => result.status === 'rejected');
      if (failed === undefined) return;
      await stopAll();
      throw failed.reason;
    },
    stop: stopAll,
  };
  return {
    ...lifecycle([together], { limitMs: 40_000 }),
    urls: () => urls,
    async migrate() {
      const step = (name: ServiceName, what: Step) => runStep(name, what, settings.program, stepEnvironment(what, name, { ...settings, urls }));
      await Promise.all([...SERVICES.map((name) => step(name, '--migrate')), step('order', '--topics')]);
    },
    services,
    replica(name, instance = `${name}-${replicas.length + 2}`) {
      const added = child(name, instance, freePort());
      replicas.push(added);
      return added;
    },
  };
}

/** The ports of the five services; free ones where `first` is 0. */
export function portsFrom(first: number): readonly number[] {
  return SERVICES.map((_, index) => (first === 0 ? freePort() : first + index));
}
