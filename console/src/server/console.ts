import { listen, type Listening } from '@souk/chassis/web/app/listen';
import { createHttpApp } from '@souk/chassis/web/app/http-app';
import { createMetrics } from '@souk/chassis/telemetry/metrics';
import { reportTo } from '@souk/chassis/telemetry/report';
import { securityEvents } from '@souk/chassis/telemetry/security-events';
import type { Logger } from '@souk/chassis/telemetry/logging';
import { endedWithin } from '@souk/chassis/timeouts';
import type { ServiceName } from '@souk/contracts/services';
import manifest from '../../package.json' with { type: 'json' };
import { pageFiles } from './browser-files.ts';
import { demoRoutes, type PlaceDemoOrder } from './demo-routes.ts';
import { letterDoor } from './letter-door.ts';
import { mergedStreamRoutes } from './merged-stream.ts';
import { oneTimeLinks } from './one-time-links.ts';
import { type Mode, ownPage } from './own-page.ts';
import type { PageFiles } from './page-files.ts';
import { madeOnce, pageRoutes } from './page-routes.ts';
import { passOnRoutes } from './pass-on.ts';
import { redriveRoutes } from './redrive-routes.ts';
import { redrives as redrivesBy } from './redrives.ts';
import { referenceRoutes } from './reference.ts';
import { services as servicesAt } from './services.ts';
import { gateOf, sessionRoutes } from './session-routes.ts';
import { sessions as openSessions, type Tokens } from './sessions.ts';
import { operatorOf, signInAtUser } from './sign-in.ts';
import { streamPlaces } from './stream-places.ts';

export interface ConsoleOptions {
  /** 0: any free port. */
  readonly port: number;
  readonly host: string;
  /** Addresses at which the console asks the services. */
  readonly urls: Readonly<Record<ServiceName, string>>;
  /** Of services whose operators' routes are on another port. */
  readonly opsUrls?: Readonly<Partial<Record<ServiceName, string>>>;
  /** Addresses at which operators reach them, for the `curl` that the page shows; default: `urls`. */
  readonly shownUrls?: Readonly<Partial<Record<ServiceName, string>>>;
  readonly mode: Mode;
  /** True beside the embedded shop, on one machine: the console can be called by that machine's own names only. */
  readonly embedded: boolean;
  /** Origins under which browsers know it (`https://console.shop.example`); none: the host that they name. */
  readonly origins?: readonly string[];
  readonly trustedProxies?: readonly string[];
  readonly hstsS?: number;
  readonly securityLogKey?: string | undefined;
  readonly shutdownDelayMs?: number;
  /** True if it has the process to itself. */
  readonly ownsProcess?: boolean;
  readonly logger: Logger;
  /** Absent: there are no demo orders. */
  readonly demo?: PlaceDemoOrder;
  /** Default: the page of this package. */
  readonly page?: () => Promise<PageFiles>;
}

export interface Console {
  /** Opens its port; throws ListenError. */
  start(): Promise<Pick<Listening, 'url' | 'address'>>;
  /** Ends all streams and sessions. */
  close(): Promise<void>;
  /** The address that signs in with these tokens of User, once, within 15 minutes. The console must have started. */
  oneTimeLink(given: OneTimeTokens): string;
}

export interface OneTimeTokens extends Tokens {
  readonly email: string;
}

/** Milliseconds for ending campaigns, and for signing everybody out at User. */
const END_LIMIT_MS = 2000;

/** The operator's console: the page, and all that it asks, through one origin, with the operator's own token. */
export function createConsole(options: ConsoleOptions): Console {
  const { port, host, urls, opsUrls = {}, shownUrls = {}, mode, embedded, origins = [], logger, demo, shutdownDelayMs = 0 } = options;
  const { trustedProxies = [], hstsS = 0, securityLogKey, ownsProcess = false } = options;
  const report = reportTo(logger);
  const metrics = createMetrics({ service: 'console', ownsProcess });
  const security = securityEvents({ logger, metrics, config: { securityLogKey } });
  const services = servicesAt({ urls, opsUrls }, logger);
  const door = signInAtUser(services);
  const sessions = openSessions({ refresh: door.refresh, signOut: door.signOut });
  const streams = streamPlaces();
  const links = oneTimeLinks();
  const redrives = redrivesBy({ letters: letterDoor(services), report });
  const page = madeOnce(options.page ?? pageFiles);
  let listening: Listening | undefined;
  const own = ownPage({ origins, hosts: () => (embedded ? ownHosts(listening?.port ?? port) : undefined) });
  const gate = gateOf({ sessions, own, mode });
  metrics.gauge('console_sessions', 'Sessions of signed-in operators', () => sessions.size);
  metrics.gauge('console_streams', 'Open streams to browsers', () => streams.size);
  const app = createHttpApp({
    service: 'console',
    version: manifest.version,
    logger,
    metrics,
    security,
    // Browsers come with a cookie: no access token is ever accepted from outside.
    auth: { keys: { key: async () => undefined }, issuer: 'none', audience: 'none' },
    checks: {},
    edge: { trustedProxies, hstsS },
    isDocumented: false,
    routes: [
      sessionRoutes({ sessions, door, own, links, shown: { mode, embedded, services: () => ({ ...urls, ...shownUrls }) } }),
      mergedStreamRoutes({ gate, services, streams, report }),
      redriveRoutes({ gate, redrives }),
      ...(demo === undefined ? [] : [demoRoutes({ gate, own, mode, place: demo, url: () => listening?.url ?? '', report })]),
      passOnRoutes({ gate, services, streams }),
      referenceRoutes({ gate, services }),
      pageRoutes(page, report),
    ],
  });

  async function endAll(): Promise<void> {
    await redrives.close();
    // The embedded shop stops as well: services that read no more would be told who has lost access.
    await sessions.close({ atUser: !embedded });
  }

  return {
    async start() {
      listening = listen(app, { port, hostname: host, shutdownDelayMs });
      const { url, address } = listening;
      return { url, address };
    },
    async close() {
      await listening?.leave();
      streams.close();
      // Work that takes longer than that is left undone: a campaign is stopped in any case, and a session at User ends by itself.
      await Promise.all([endedWithin(END_LIMIT_MS, endAll()), listening?.stop()]);
      security.flush();
    },
    oneTimeLink({ email, ...tokens }) {
      if (listening === undefined) throw new Error('the console has not started');
      const token = links.issue({ tokens, operator: operatorOf(tokens, email) });
      return `${listening.url}/#once=${token}`;
    },
  };
}

/** Names of this machine for itself. */
function ownHosts(port: number): readonly string[] {
  return ['127.0.0.1', 'localhost', '[::1]'].map((host) => `${host}:${port}`);
}
