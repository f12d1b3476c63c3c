import { createConsole } from '@souk/console/server/console';
import type { Part } from '@souk/chassis/service/lifecycle';
import { createLogger, type LogLevel } from '@souk/chassis/telemetry/logging';
import { ListenError } from '@souk/chassis/web/app/listen';
import { EnvironmentError } from '../../cli/errors.ts';
import { expectFree } from '../../tools/servers/free-port.ts';
import type { Accounts } from '../embedded/accounts.ts';
import { demoOrders } from '../embedded/demo-orders.ts';
import { RefusedError, type ServiceUrls, shopClient, type ShopClient } from '../shop-client.ts';
import type { StartArguments } from './start-arguments.ts';

const HOST = '127.0.0.1';

interface ShopConsoleOptions {
  readonly wanted: Pick<StartArguments, 'consolePort' | 'engines'>;
  readonly accounts: Accounts;
  readonly logLevel: LogLevel;
  /** Of the shop, which has started. */
  readonly urls: () => ServiceUrls;
}

/** The console beside the shop. */
export interface ShopConsole extends Part {
  /** Its address, once it has started. `signsIn`: whoever opens it first is the shop's admin. */
  link(): ConsoleLink;
}

export interface ConsoleLink {
  readonly url: string;
  readonly signsIn: boolean;
}

/** undefined: the shop is to have none. */
export function shopConsole({ wanted: { consolePort: port, engines }, accounts, logLevel: level, urls }: ShopConsoleOptions): ShopConsole | undefined {
  if (port === undefined) return undefined;
  let open: ReturnType<typeof createConsole> | undefined;
  let link: ConsoleLink | undefined;
  return {
    name: 'console',
    async start() {
      const shop = shopClient(urls());
      const embedded = engines === 'embedded';
      const logger = createLogger({ service: 'console', level });
      open = createConsole({ port, host: HOST, urls: urls(), mode: 'write', embedded, logger, ...(embedded && { demo: demoOrders(shop, accounts) }) });
      const { url } = await open.start().catch((error: unknown) => Promise.reject(withCure(error)));
      const session = await adminSession(shop, accounts);
      link = session === undefined ? { url: `${url}/`, signsIn: false } : { url: open.oneTimeLink({ ...session, email: accounts.admin.email }), signsIn: true };
    },
    stop: () => open?.close(),
    link() {
      if (link === undefined) throw new Error('the console has not started');
      return link;
    },
  };
}

/** undefined: a person has changed the admin's password, or has to. */
async function adminSession(shop: ShopClient, { admin: { email, password } }: Accounts) {
  try {
    const session = await shop.signIn(email, password);
    return session.passwordChangeRequired === true || session.secondFactorRequired === true ? undefined : session;
  } catch (error) {
    if (error instanceof RefusedError) return undefined;
    throw error;
  }
}

/** Looks before any service starts, so that nothing has to be stopped again. Throws EnvironmentError. */
export function expectConsolePort({ consolePort: port }: Pick<StartArguments, 'consolePort'>): void {
  if (port === undefined || port === 0) return;
  try {
    expectFree(port);
  } catch (error) {
    throw withCure(error);
  }
}

function withCure(error: unknown): unknown {
  if (!(error instanceof ListenError)) return error;
  const cure = 'Choose other ports (the console has the one before the first), or any free ones: npm start -- --first-port 0\nOr leave the console out: npm start -- --no-console';
  return new EnvironmentError(`${error.message}, where the console would be`, cure, { cause: error });
}
