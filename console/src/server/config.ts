import { choice, type ConfigOf, type ConfigSpec, type Environment, integer, keyText, list, optional, port, readConfig, readTogether, seconds, secret, text, url, withDefault, withExample } from '@souk/chassis/service/config';
import { LOG_LEVELS } from '@souk/chassis/telemetry/logging';
import { networkForm, originForm } from '@souk/chassis/web/app/edge';
import { type ServiceName, SERVICES } from '@souk/contracts/services';

export const CONSOLE_PORT = 4000;

const variable = (service: ServiceName) => service.toUpperCase();

/** For each service the address at which the console asks it, that of its operators' routes, and that of the page's commands. */
const perService = <V>(of: (service: ServiceName, at: number) => V) => Object.fromEntries(SERVICES.map((service, at) => [service, of(service, at)])) as Readonly<Record<ServiceName, V>>;
const ASKED = perService((service, at) => withExample(url(`${variable(service)}_URL`, `address at which the console asks ${service}`), `http://${service}:${CONSOLE_PORT + 1 + at}`));
const ASKED_FOR_OPS = perService((service) => optional(url(`${variable(service)}_OPS_URL`, `the same for \`/ops\`, where ${service} has a port of its own for that (\`OPS_PORT\`)`)));
const SHOWN = perService((service) => optional(url(`${variable(service)}_SHOWN_URL`, `address of ${service} in the commands that the page shows; none: \`${variable(service)}_URL\``)));

/** All variables of the console as a process of its own, but for the addresses of the services. */
export const CONSOLE_CONFIG = {
  host: withDefault(text('HOST', 'address it listens on'), '0.0.0.0'),
  port: withDefault(port('PORT', 'port it listens on'), CONSOLE_PORT),
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

type Addresses = Readonly<Record<ServiceName, string>>;

export type ConsoleConfig = ConfigOf<typeof CONSOLE_CONFIG> & {
  readonly urls: Addresses;
  readonly opsUrls: Partial<Addresses>;
  readonly shownUrls: Partial<Addresses>;
};

/** Names every variable, for `--help` and for secrets in files. */
export const CONSOLE_VARIABLES: ConfigSpec = { ...CONSOLE_CONFIG, ...Object.fromEntries([ASKED, ASKED_FOR_OPS, SHOWN].flatMap((spec) => Object.values(spec).map((one) => [one.name, one]))) };

/** Throws one ConfigError that names everything that is wrong. */
export function readConsoleConfig(env: Environment): ConsoleConfig {
  const own = () => readConfig(env, CONSOLE_CONFIG);
  const addresses = () =>
    readTogether(
      () => ({ urls: readConfig(env, ASKED) }),
      () => readTogether(() => ({ opsUrls: present(readConfig(env, ASKED_FOR_OPS)) }), () => ({ shownUrls: present(readConfig(env, SHOWN)) })),
    );
  return readTogether(addresses, own);
}

function present(addresses: Readonly<Record<ServiceName, string | undefined>>): Partial<Addresses> {
  return Object.fromEntries(Object.entries(addresses).filter(([, address]) => address !== undefined));
}
