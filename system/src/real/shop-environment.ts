import type { Environment } from '@souk/chassis/config';
import type { LogLevel } from '@souk/chassis/logging';
import type { ServiceName } from '@souk/contracts/services';
import type { Account } from '../embedded/accounts.ts';
import type { ServiceUrls } from '../shop/shop-client.ts';
import type { RealShopAddresses } from './addresses.ts';

interface Given {
  readonly addresses: RealShopAddresses;
  readonly urls: ServiceUrls;
  readonly admin: Account;
  readonly logLevel: LogLevel;
  /** Settings beyond these, for all services. */
  readonly env: Environment;
}

/** The environment of one service's process: its own settings, nothing of the others' and nothing of ours. */
export function shopEnvironment(
  service: ServiceName,
  instance: string,
  { addresses, urls, admin, logLevel, env }: Given,
): Environment {
  const { databases, kafka, gateway } = addresses;
  const judgesTokens = { USER_JWKS_URL: `${urls.user}/.well-known/jwks.json` };
  const own: Record<ServiceName, Environment> = {
    product: judgesTokens,
    inventory: { ...judgesTokens, PRODUCT_URL: urls.product },
    order: { ...judgesTokens, PRODUCT_URL: urls.product },
    payment: { ...judgesTokens, SIMULATOR_PATH: gateway },
    user: { SOUK_ADMIN_EMAIL: admin.email, SOUK_ADMIN_PASSWORD: admin.password },
  };
  return {
    ...env,
    ...own[service],
    DATABASE_URL: databases[service],
    KAFKA_BROKERS: kafka.brokers.join(','),
    KAFKA_TOPIC_PREFIX: kafka.topicPrefix,
    INSTANCE: instance,
    LOG_LEVEL: logLevel,
  };
}
