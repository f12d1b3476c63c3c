import { createHttpApp, type HttpAppOptions } from '@souk/chassis/http/http-app';
import type { KeySource } from '@souk/chassis/http/key-source';
import { type Listening, listen } from '@souk/chassis/http/listen';
import type { EventLog } from '@souk/chassis/log/event-log';
import { messagingGauges, messagingMeter } from '@souk/chassis/messaging/messaging-metrics';
import { opsRoutes } from '@souk/chassis/messaging/ops-routes';
import type { Metrics } from '@souk/chassis/metrics';
import { createMicroservice } from '@souk/chassis/microservice';
import type { Service } from '@souk/chassis/service';
import packageJson from '../package.json' with { type: 'json' };
import type { UserConfig } from './config.ts';
import { forgetSessions } from './forget-sessions.ts';
import { adminRoutes } from './http/admin-routes.ts';
import { keyRoutes } from './http/key-routes.ts';
import { profileRoutes } from './http/profile-routes.ts';
import { sessionRoutes } from './http/session-routes.ts';
import { argon2Passwords } from './passwords/passwords.ts';
import { prepare } from './prepare.ts';
import type { UserCollections, UserStore } from './storage/user-store.ts';
import { accessTokens } from './tokens/access-tokens.ts';
import { refresh } from './usecases/refresh.ts';
import { register } from './usecases/register.ts';
import { signIn } from './usecases/sign-in.ts';

export interface UserServiceDeps {
  readonly config: Pick<
    UserConfig,
    'port' | 'issuer' | 'audience' | 'instance' | 'tokenLifetimeMs' | 'signingKey' | 'admin'
  >;
  readonly store: UserStore;
  readonly log: EventLog;
  readonly logger: HttpAppOptions['logger'];
  readonly metrics: Metrics;
}

export interface UserService extends Service {
  /** The public keys of its access tokens, for services in the same process; unavailable until it has started. */
  readonly keys: KeySource;
}

/** Accounts, sessions, keys. Does nothing before `start`; the schema must be up to date by then (`store.migrate()`). */
export function createUserService({ config, store, log, logger, metrics }: UserServiceDeps): UserService {
  const { issuer, audience, instance, port } = config;
  const { reads } = store;
  const passwords = argon2Passwords();
  const tokens = accessTokens(config);
  // It reads no topic: everybody else follows its events.
  const commands = createMicroservice<UserCollections>({
    name: 'user',
    instance,
    store,
    log,
    handlers: {},
    jobs: [forgetSessions(store)],
    meter: messagingMeter(metrics),
    report: (error, message) => logger.error({ err: error }, message),
  });
  messagingGauges(metrics, commands);
  const warnOfReuse = (found: object) => logger.warn(found, 'a spent refresh token was presented; its session has ended');
  const app = createHttpApp({
    service: 'user',
    version: packageJson.version,
    logger,
    metrics,
    auth: {
      keys: tokens.source,
      issuer,
      audience,
      isRevoked: async ({ sessionId }) => !(await reads.isSessionLive(sessionId)),
    },
    checks: { database: () => store.check(), 'event log': () => log.check() },
    routes: [
      keyRoutes(tokens),
      profileRoutes({ commands, reads, register: register({ commands, passwords }) }),
      sessionRoutes({
        commands,
        reads,
        signIn: signIn({ commands, reads, passwords, tokens }),
        refresh: refresh({ commands, tokens, warnOfReuse }),
      }),
      adminRoutes({ commands, reads }),
      opsRoutes(commands, store),
    ],
  });
  let listening: Listening | undefined;
  return {
    name: 'user',
    keys: tokens.source,
    async start() {
      await commands.start();
      try {
        await prepare({ config, commands, reads, passwords, tokens, logger });
        listening = listen(app, { port });
        return { url: listening.url };
      } catch (error) {
        await commands.close();
        throw error;
      }
    },
    async close() {
      await listening?.stop();
      await commands.close();
    },
  };
}
