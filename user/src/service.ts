import { createEngine } from '@souk/chassis/engine/engine';
import { createService, type Service, type ServiceParts } from '@souk/chassis/service/create-service';
import { messagingMeter } from '@souk/chassis/service/messaging-metrics';
import { faultSource, reporting, reportTo } from '@souk/chassis/telemetry/report';
import { securityEvents } from '@souk/chassis/telemetry/security-events';
import type { EdgeOptions } from '@souk/chassis/web/app/edge';
import { clientAddressOf } from '@souk/chassis/web/app/request-facts';
import type { KeySource } from '@souk/chassis/web/sign-in/signing-keys';
import packageJson from '../package.json' with { type: 'json' };
import type { UserConfig } from './config.ts';
import type { MailTask } from './domain/mail-and-links.ts';
import { accountRoutes } from './http/account-routes.ts';
import { addressRoutes } from './http/address-routes.ts';
import { adminRoutes } from './http/admin-routes.ts';
import { keyRoutes } from './http/key-routes.ts';
import { mailLinkRoutes } from './http/mail-link-routes.ts';
import { secondFactorRoutes } from './http/second-factor-routes.ts';
import { sessionRoutes } from './http/session-routes.ts';
import { mailDelivery, mailMeter } from './mail/mail-delivery.ts';
import type { MailPort } from './mail/mail-port.ts';
import { mailTexts } from './mail/mail-texts.ts';
import { passwordJudge } from './passwords/judge-password.ts';
import { argon2Passwords } from './passwords/passwords.ts';
import { judgeProof } from './second-factor/codes.ts';
import { sealedSecrets, sealingKeys } from './second-factor/sealed-secrets.ts';
import type { UserCollections, UserEngine, UserStore } from './storage/user-store.ts';
import { accessTokens, sessionTokens } from './tokens/access-tokens.ts';
import { eraseDeparted, forgetOver } from './usecases/forget-over.ts';
import { proveFactor, provePassword, tryPassword } from './usecases/prove-identity.ts';
import { refresh } from './usecases/refresh.ts';
import { firstAdmin, register } from './usecases/register.ts';
import { changePassword, confirmReset } from './usecases/replace-password.ts';
import { confirmEnrolment, enrol } from './usecases/second-factor.ts';
import { signIn } from './usecases/sign-in.ts';
import { firstKeys, followKeys } from './usecases/signing-keys.ts';

const KEY_MISSING = 'the key that sealed the secret is neither set nor stored';

interface UserServiceDeps extends ServiceParts {
  readonly config: Omit<UserConfig, 'logLevel' | keyof EdgeOptions> & EdgeOptions;
  readonly store: UserStore;
  /** The port that takes its mails; undefined: it sends none. */
  readonly mail: MailPort | undefined;
}

interface UserService extends Service {
  /** The public keys of its access tokens, for services in the same process; unavailable until it has started. */
  readonly keys: KeySource;
}

/** Accounts, sessions, keys. Does nothing before `start`; the schema must be up to date by then (`store.migrate()`). */
export function createUserService(deps: UserServiceDeps): UserService {
  const { config, store, log, logger, metrics, mail } = deps;
  const security = securityEvents(deps);
  const { reads } = store;
  const { passwordMin, registrationsPerHour, sessionsPerUser, addressesPerUser } = config;
  const sendsMail = mail !== undefined;
  const countsAddresses = config.rateLimit === 'on';
  const passwords = argon2Passwords({ countsAddresses });
  const judgePassword = passwordJudge(config.mail);
  const fromOf = countsAddresses ? clientAddressOf : () => undefined;
  const tokens = accessTokens(config, () => firstKeys({ config, commands, reads }));
  let ownUrl = '';
  // Also when no mail is sent, so that an alert finds its series.
  const counted = mailMeter(metrics, reads);
  const delivery = mail && mailDelivery({
    commands: { submit: (...asked) => commands.submit(...asked) },
    reads,
    port: mail,
    texts: mailTexts({ ...config.mail, ownUrl: () => ownUrl }),
    faults: faultSource(reportTo(logger), 'mail'),
    counted,
  });
  // It consumes no topic: other services follow its events.
  const commands: UserEngine = createEngine<UserCollections, MailTask>({
    name: 'user',
    instance: config.instance,
    paceMs: config.paceMs,
    store,
    log,
    handlers: {},
    jobs: [
      forgetOver(store),
      eraseDeparted({ commands: () => commands, reads, messages: store.messages }),
      ...(config.signingKey === undefined ? [followKeys({ reads, tokens })] : []),
      ...(delivery === undefined ? [] : [delivery.job]),
    ],
    runTask: async () => delivery?.deliver(),
    security,
    meter: messagingMeter(metrics),
    ...reporting(logger),
  });
  const trying = tryPassword({ commands, passwords });
  const proving = provePassword({ commands, reads, tryPassword: trying });
  const secrets = sealedSecrets(sealingKeys({ config, commands, reads }));
  const sealing = faultSource(reportTo(logger), 'SECOND_FACTOR_KEY');
  const judging = judgeProof({
    secrets,
    keyMissing: () => sealing.failed(KEY_MISSING, 'a code of a second factor cannot be checked: list the earlier key after the new one'),
  });
  const given = sessionTokens(tokens, { staffSecondFactor: config.staffSecondFactor === 'on' });
  const unfit = Promise.withResolvers<Error>();
  const admin = firstAdmin({ config, commands, reads, passwords, judgePassword, logger, refused: unfit.resolve });
  const service = createService({
    ...deps,
    security,
    name: 'user',
    version: packageJson.version,
    // Its own store has the sessions, so their end or expiry needs no event.
    auth: { keys: tokens.source, isRevoked: async ({ sessionId }) => !(await reads.isSessionLive(sessionId)) },
    engine: commands,
    whenOpen: () => admin().catch((error: unknown) => logger.error({ err: error }, 'there is no first admin yet: the next sign-in or registration tries again')),
    routes: [
      keyRoutes({ commands, tokens, isConfigured: config.signingKey !== undefined }),
      accountRoutes({
        commands,
        reads,
        fromOf,
        register: register({ commands, passwords, judgePassword, sendsMail, registrationsPerHour, admin }),
        provePassword: proving,
        changePassword: changePassword({ commands, reads, passwords, judgePassword, provePassword: proving, sendsMail }),
        registrationsPerHour,
        passwordMin,
      }),
      addressRoutes({ commands, reads, addressesPerUser }),
      sessionRoutes({
        commands,
        reads,
        fromOf,
        signIn: signIn({ commands, reads, sessionsPerUser, tryPassword: trying, judgeProof: judging, tokens: given, admin }),
        refresh: refresh({ commands, tokens: given }),
      }),
      mailLinkRoutes({
        commands,
        fromOf,
        confirmReset: confirmReset({ commands, reads, passwords, judgePassword }),
        provePassword: proving,
        sendsMail,
        passwordMin,
      }),
      secondFactorRoutes({
        commands,
        reads,
        fromOf,
        enrol: enrol({ commands, reads, provePassword: proving, secrets }),
        confirm: confirmEnrolment({ commands, reads, secrets }),
        provePassword: proving,
        proveFactor: proveFactor({ commands, reads, judgeProof: judging }),
        tokens: given,
      }),
      adminRoutes({ commands, reads, freshSecondFactorS: config.freshSecondFactorS }),
    ],
    endOwnWork: async () => delivery?.close(),
  });
  return {
    ...service,
    keys: tokens.source,
    lost: Promise.race([service.lost, unfit.promise]),
    async start() {
      const started = await service.start();
      ownUrl = started.url;
      return started;
    },
  };
}
