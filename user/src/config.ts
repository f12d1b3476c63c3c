import {
  choice,
  ConfigError,
  type ConfigFault,
  type ConfigOf,
  type Environment,
  integer,
  list,
  optional,
  readConfig,
  readTogether,
  seconds,
  secret,
  text,
  withDefault,
} from '@souk/chassis/service/config';
import { FRESH_SECOND_FACTOR, type ServerConfig, serverConfig, serviceConfig } from '@souk/chassis/service/service-config';
import { ACCESS_TOKEN_LIFE_S } from '@souk/contracts/access-token';
import { RegisterUser } from '@souk/contracts/http/user';
import { Value } from '@sinclair/typebox/value';
import { MAIL_VARIABLES, type MailConfig, readMailConfig } from './mail/mail-by-config.ts';
import { isMadeOf } from './passwords/judge-password.ts';
import { readSigningKey, type UnnamedKey } from './tokens/signing-key.ts';

/** Name of the first admin, until the admin changes it. */
export const ADMIN_NAME = 'Administrator';

const VARIABLES = {
  ...serviceConfig({ port: 4005 }),
  tokenLifetimeMs: withDefault(
    seconds('ACCESS_TOKEN_LIFETIME_S', 'how long an access token lives', { min: 1, max: ACCESS_TOKEN_LIFE_S }),
    300_000,
  ),
  ...FRESH_SECOND_FACTOR,
  staffSecondFactor: withDefault(
    choice('STAFF_SECOND_FACTOR', '`on`: staff and admins have their roles only with a second factor', ['on', 'off']),
    'off',
  ),
  secondFactorKeys: optional(
    secret(
      list(
        'SECOND_FACTOR_KEY',
        'seals the secrets of second factors; while it is changed the new one, then the old one; none: one is made and kept',
        '32 bytes in base64',
        /^[A-Za-z0-9+/_-]{43}=?$/,
      ),
    ),
  ),
  registrationsPerHour: withDefault(
    integer('REGISTRATIONS_PER_HOUR', 'accounts that one address (IPv6: one /64) may register within an hour, over all replicas; not with `RATE_LIMIT=off`', {
      min: 1,
      max: 1_000_000,
    }),
    20,
  ),
  sessionsPerUser: withDefault(
    integer('SESSIONS_PER_USER', 'sessions of one user; beyond, the one unused for longest ends with the next sign-in', { min: 1, max: 1000 }),
    50,
  ),
  addressesPerUser: withDefault(integer('ADDRESSES_PER_USER', 'addresses in the book of one user', { min: 1, max: 100 }), 20),
};

/** Settings that are valid only in combination: `readParts` checks them. */
const PARTS = {
  signingKey: optional(
    secret(text('SOUK_SIGNING_KEY', 'private JWK that signs access tokens; none: one is made and kept')),
  ),
  adminEmail: optional(text('SOUK_ADMIN_EMAIL', 'address of the first admin, made when there is no admin')),
  adminPassword: optional(secret(text('SOUK_ADMIN_PASSWORD', "the first admin's password"))),
  passwordMin: withDefault(
    integer('PASSWORD_MIN', 'characters of a new password at least; NIST SP 800-63B-4 asks for 15 where it is the only factor', { min: 8, max: 64 }),
    12,
  ),
  adminPasswordChange: withDefault(
    choice('SOUK_ADMIN_PASSWORD_CHANGE', 'until it was changed the first admin has no more rights than a customer; `off` is for shops that are thrown away', ['required', 'off']),
    'required',
  ),
};

/** All settings that `readUserConfig` reads. */
const USER_CONFIG = { ...VARIABLES, ...PARTS, ...MAIL_VARIABLES };

type Variables = ConfigOf<typeof VARIABLES>;

interface AdminAccount {
  readonly email: string;
  readonly password: string;
  /** True when the person who set up the shop knows the password, too. */
  readonly mustChangePassword: boolean;
}

export interface UserConfig extends Variables {
  /** undefined: the key in the store is used */
  readonly signingKey: UnnamedKey | undefined;
  /** undefined: nobody is made admin at start */
  readonly admin: AdminAccount | undefined;
  readonly mail: MailConfig;
  /** least characters of a new password */
  readonly passwordMin: number;
}

/** Reads the settings. Throws a ConfigError that names every variable that is missing or wrong, and no secret. */
export function readUserConfig(env: Environment): UserConfig {
  return readTogether(
    () => readTogether(() => readConfig(env, VARIABLES), () => readParts(env)),
    () => ({ mail: readMailConfig(env) }),
  );
}

/** All settings of User as a process of its own. */
export const USER_PROCESS_CONFIG = { ...USER_CONFIG, ...serverConfig('mongodb') };

/** Throws as `readUserConfig` does. */
export function readUserProcessConfig(env: Environment): UserConfig & ServerConfig {
  return readTogether(() => readUserConfig(env), () => readConfig(env, serverConfig('mongodb')));
}

function readParts(env: Environment): Pick<UserConfig, 'signingKey' | 'admin' | 'passwordMin'> {
  const { signingKey: keyText, adminEmail, adminPassword, adminPasswordChange, passwordMin } = readConfig(env, PARTS);
  const signingKey = keyText === undefined ? undefined : readSigningKey(keyText);
  const faults = adminFaults(adminEmail, adminPassword, passwordMin);
  if (keyText !== undefined && signingKey === undefined) {
    faults.push({ name: 'SOUK_SIGNING_KEY', reason: 'must be a private JWK for EdDSA (Ed25519) or ES256 (P-256)' });
  }
  if (faults.length > 0) throw new ConfigError(faults);
  if (adminEmail === undefined || adminPassword === undefined) return { signingKey, passwordMin, admin: undefined };
  return { signingKey, passwordMin, admin: { email: adminEmail, password: adminPassword, mustChangePassword: adminPasswordChange === 'required' } };
}

/** Both must be set or neither, and a registration must accept them. Common passwords are looked up later, when the admin is made. */
function adminFaults(email: string | undefined, password: string | undefined, passwordMin: number): ConfigFault[] {
  if (email === undefined && password === undefined) return [];
  const { properties } = RegisterUser;
  const faults: ConfigFault[] = [];
  if (!Value.Check(properties.email, email)) {
    faults.push({ name: 'SOUK_ADMIN_EMAIL', reason: 'must be an e-mail address, beside SOUK_ADMIN_PASSWORD' });
  }
  if (!Value.Check({ ...properties.password, minLength: passwordMin }, password)) {
    faults.push({ name: 'SOUK_ADMIN_PASSWORD', reason: `must be ${passwordMin} to 128 characters (PASSWORD_MIN), beside SOUK_ADMIN_EMAIL` });
  } else if (isMadeOf(password ?? '', [email ?? '', ADMIN_NAME])) {
    faults.push({ name: 'SOUK_ADMIN_PASSWORD', reason: 'must be made of more than the address in SOUK_ADMIN_EMAIL' });
  }
  return faults;
}
