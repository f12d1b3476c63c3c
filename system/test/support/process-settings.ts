import type { ConfigSpec } from '@souk/chassis/service/config';
import { SERVICES, type ServiceName } from '@souk/contracts/services';

/** Everything that each service's own process can be told: `ORDER_PROCESS_CONFIG` of `order/src/config.ts`, and so on. */
export const PROCESS_SETTINGS = Object.fromEntries(await Promise.all(SERVICES.map(async (service) => [service, await settingsOf(service)]))) as Readonly<
  Record<ServiceName, ConfigSpec>
>;

async function settingsOf(service: ServiceName): Promise<ConfigSpec> {
  const name = `${service.toUpperCase()}_PROCESS_CONFIG`;
  const exported = (await import(`@souk/${service}/config`)) as Readonly<Record<string, ConfigSpec>>;
  const settings = exported[name];
  if (settings === undefined) throw new Error(`${service}/src/config.ts exports no ${name}`);
  return settings;
}
