import { choice, type ConfigOf, integer, keyText, list, optional, port, seconds, secret, text, url, withDefault, withExample } from '@souk/chassis/service/config';
import { LOG_LEVELS } from '@souk/chassis/telemetry/logging';
import { networkForm, originForm } from '@souk/chassis/web/app/edge';
import type { ServiceName } from '@souk/contracts/services';

export const CONSOLE_PORT = 4000;

const asked = (service: string, example: string) => withExample(url(`${service}_URL`, `address at which the console asks ${service.toLowerCase()}`), example);
const askedForOps = (service: string) => optional(url(`${service}_OPS_URL`, `the same for \`/ops\`, where ${service.toLowerCase()} has a port of its own for that (\`OPS_PORT\`)`));
const shown = (service: string) => optional(url(`${service}_SHOWN_URL`, `address of ${service.toLowerCase()} in the commands that the page shows; none: \`${service}_URL\``));

/** All variables of the console as a process of its own. */
export const CONSOLE_CONFIG = {
  host: withDefault(text('HOST', 'address it listens on'), '0.0.0.0'),
  port: withDefault(port('PORT', 'port it listens on'), CONSOLE_PORT),
  productUrl: asked('PRODUCT', 'http://product:4001'),
  inventoryUrl: asked('INVENTORY', 'http://inventory:4002'),
  orderUrl: asked('ORDER', 'http://order:4003'),
  paymentUrl: asked('PAYMENT', 'http://payment:4004'),
  userUrl: asked('USER', 'http://user:4005'),
  productOpsUrl: askedForOps('PRODUCT'),
  inventoryOpsUrl: askedForOps('INVENTORY'),
  orderOpsUrl: askedForOps('ORDER'),
  paymentOpsUrl: askedForOps('PAYMENT'),
  userOpsUrl: askedForOps('USER'),
  productShownUrl: shown('PRODUCT'),
  inventoryShownUrl: shown('INVENTORY'),
  orderShownUrl: shown('ORDER'),
  paymentShownUrl: shown('PAYMENT'),
  userShownUrl: shown('USER'),
  mode: withDefault(choice('CONSOLE_MODE', 'whether its pages may change anything', ['write', 'read-only']), 'write'),
  origins: withDefault(
    list('CONSOLE_ORIGINS', 'origins under which browsers know it, the only ones that may change anything; none: the host that a request names', 'https://console.shop.example', originForm),
    [],
  ),
  trustedProxies: withDefault(list('TRUSTED_PROXIES', 'proxies whose X-Forwarded-For is believed', 'address or network/bits', networkForm), []),
  hstsS: withDefault(
    integer('HSTS_S', 'seconds for which browsers use TLS only (Strict-Transport-Security); 0: the header is not sent', { min: 0, max: 63_072_000 }),
    0,
  ),
  securityLogKey: optional(
    secret(keyText('SECURITY_LOG_KEY', 'key of the hashes that stand for accounts in security events, the same for all services; none: another one at every start')),
  ),
  shutdownDelayMs: withDefault(
    seconds('SHUTDOWN_DELAY_S', 'how long it goes on serving after SIGTERM while `/readyz` is red, for balancers to notice', { min: 0, max: 60 }),
    0,
  ),
  logLevel: withDefault(choice('LOG_LEVEL', 'lowest level that is logged', LOG_LEVELS), 'info'),
};

export type ConsoleConfig = ConfigOf<typeof CONSOLE_CONFIG>;

type Addresses = Readonly<Record<ServiceName, string>>;

/** The addresses as `createConsole` takes them. */
export function addressesIn(config: ConsoleConfig): { readonly urls: Addresses; readonly opsUrls: Partial<Addresses>; readonly shownUrls: Partial<Addresses> } {
  return {
    urls: { product: config.productUrl, inventory: config.inventoryUrl, order: config.orderUrl, payment: config.paymentUrl, user: config.userUrl },
    opsUrls: present({
      product: config.productOpsUrl,
      inventory: config.inventoryOpsUrl,
      order: config.orderOpsUrl,
      payment: config.paymentOpsUrl,
      user: config.userOpsUrl,
    }),
    shownUrls: present({
      product: config.productShownUrl,
      inventory: config.inventoryShownUrl,
      order: config.orderShownUrl,
      payment: config.paymentShownUrl,
      user: config.userShownUrl,
    }),
  };
}

function present(addresses: Readonly<Record<ServiceName, string | undefined>>): Partial<Addresses> {
  return Object.fromEntries(Object.entries(addresses).filter(([, address]) => address !== undefined));
}
