import { ConfigError, readConfig, type ConfigFault, type Environment } from '@souk/chassis/service/config';
import type { DestinationStream, LogLevel } from '@souk/chassis/telemetry/logging';
import { SERVICES, type ServiceName } from '@souk/contracts/services';
import { INVENTORY_CONFIG } from '@souk/inventory/config';
import { ORDER_CONFIG } from '@souk/order/config';
import { PAYMENT_CONFIG } from '@souk/payment/config';
import { PRODUCT_CONFIG } from '@souk/product/config';
import { readUserConfig } from '@souk/user/config';

export interface ShopSettings {
  /** Folder of all its files; must exist. */
  readonly folder: string;
  /** The first of five ports in a row; 0: any free ones. */
  readonly firstPort: number;
  readonly admin: { readonly email: string; readonly password: string };
  readonly logLevel: LogLevel;
  /** Default: standard error. */
  readonly logTo?: DestinationStream;
  /** Environment for everything not set here, as each service alone would read it. */
  readonly env: Environment;
}

/** The configuration of each service as its own process would read it. Throws one ConfigError that names every fault. */
export function shopConfigs({ firstPort, admin, env }: ShopSettings) {
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
  const product = collected(() => readConfig(own('product'), PRODUCT_CONFIG));
  const inventory = collected(() => readConfig(own('inventory'), INVENTORY_CONFIG));
  const order = collected(() => readConfig(own('order'), ORDER_CONFIG));
  const payment = collected(() => readConfig(own('payment'), PAYMENT_CONFIG));
  const user = collected(() => readUserConfig(own('user')));
  if (!product || !inventory || !order || !payment || !user) throw new ConfigError([...faults.values()]);
  return { product, inventory, order, payment, user };
}
