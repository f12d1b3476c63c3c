import { readConfig, type Environment } from '@souk/chassis/config';
import type { LogLevel } from '@souk/chassis/logging';
import { SERVICES, type ServiceName } from '@souk/contracts/services';
import { INVENTORY_CONFIG } from '@souk/inventory/config';
import { ORDER_CONFIG } from '@souk/order/config';
import { PAYMENT_CONFIG } from '@souk/payment/config';
import { PRODUCT_CONFIG } from '@souk/product/config';
import { readUserConfig } from '@souk/user/config';

export interface ShopSettings {
  /** Holds all its files; must be there. */
  readonly folder: string;
  /** The first of five ports in a row; 0: any free ones. */
  readonly firstPort: number;
  readonly admin: { readonly email: string; readonly password: string };
  readonly logLevel: LogLevel;
  /** What is not said here is read from it, as each service alone would. */
  readonly env: Environment;
}

/** Each service's configuration as its own process would read it; what depends on the others is filled in. */
export function shopConfigs({ firstPort, admin, env }: ShopSettings, urls: () => Partial<Record<ServiceName, string>>) {
  const own = (service: ServiceName): Environment => ({
    ...env,
    // Nobody else is meant to reach a shop on somebody's laptop.
    HOST: '127.0.0.1',
    PORT: String(firstPort === 0 ? 0 : firstPort + SERVICES.indexOf(service)),
    PRODUCT_URL: urls().product,
    SOUK_ADMIN_EMAIL: admin.email,
    SOUK_ADMIN_PASSWORD: admin.password,
  });
  return {
    product: () => readConfig(own('product'), PRODUCT_CONFIG),
    inventory: () => readConfig(own('inventory'), INVENTORY_CONFIG),
    order: () => readConfig(own('order'), ORDER_CONFIG),
    payment: () => readConfig(own('payment'), PAYMENT_CONFIG),
    user: () => readUserConfig(own('user')),
  };
}
