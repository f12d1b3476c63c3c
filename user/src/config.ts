import {
  ConfigError,
  type ConfigFault,
  type ConfigOf,
  type Environment,
  optional,
  readConfig,
  seconds,
  secret,
  text,
  withDefault,
} from '@souk/chassis/config';
import { serviceConfig } from '@souk/chassis/service-config';
import { RegisterUser } from '@souk/contracts/http/user';
import { Value } from '@sinclair/typebox/value';
import type { UnnamedKey } from './tokens/new-signing-key.ts';
import { readSigningKey } from './tokens/read-signing-key.ts';

const VARIABLES = {
  ...serviceConfig({ port: 4005, instance: 'user-1' }),
  tokenLifetimeMs: withDefault(
    seconds('ACCESS_TOKEN_LIFETIME_S', 'how long an access token lives', { min: 1, max: 900 }),
    300_000,
  ),
};

/** Any text as far as they go by themselves; what they must be is said by several fields together. */
const PARTS = {
  signingKey: optional(
    secret(text('SOUK_SIGNING_KEY', 'private JWK that signs access tokens; none: one is made and kept')),
  ),
  adminEmail: optional(text('SOUK_ADMIN_EMAIL', 'address of the first admin, made when there is no admin')),
  adminPassword: optional(secret(text('SOUK_ADMIN_PASSWORD', "the first admin's password"))),
};

/** Everything there is, for the README; `readUserConfig` reads it. */
export const USER_CONFIG = { ...VARIABLES, ...PARTS };

type Variables = ConfigOf<typeof VARIABLES>;

interface AdminAccount {
  readonly email: string;
  readonly password: string;
}

export interface UserConfig extends Variables {
  /** undefined: the store's own */
  readonly signingKey: UnnamedKey | undefined;
  /** undefined: nobody is made admin at start */
  readonly admin: AdminAccount | undefined;
}

/** Throws a ConfigError that names every variable that is missing or wrong, and no secret. */
export function readUserConfig(env: Environment): UserConfig {
  const { signingKey: keyText, adminEmail, adminPassword } = readConfig(env, PARTS);
  const signingKey = keyText === undefined ? undefined : readSigningKey(keyText);
  const faults = adminFaults(adminEmail, adminPassword);
  if (keyText !== undefined && signingKey === undefined) {
    faults.push({ name: 'SOUK_SIGNING_KEY', reason: 'must be a private JWK for EdDSA (Ed25519) or ES256 (P-256)' });
  }
  const variables = readVariables(env, faults);
  if (adminEmail === undefined || adminPassword === undefined) return { ...variables, signingKey, admin: undefined };
  return { ...variables, signingKey, admin: { email: adminEmail, password: adminPassword } };
}

function readVariables(env: Environment, otherFaults: readonly ConfigFault[]): Variables {
  try {
    const variables = readConfig(env, VARIABLES);
    if (otherFaults.length === 0) return variables;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError([...error.problems, ...otherFaults]);
  }
  throw new ConfigError(otherFaults);
}

/** Both or neither, and what a registration would accept. */
function adminFaults(email: string | undefined, password: string | undefined): ConfigFault[] {
  if (email === undefined && password === undefined) return [];
  const { properties } = RegisterUser;
  const faults: ConfigFault[] = [];
  if (!Value.Check(properties.email, email)) {
    faults.push({ name: 'SOUK_ADMIN_EMAIL', reason: 'must be an e-mail address, beside SOUK_ADMIN_PASSWORD' });
  }
  if (!Value.Check(properties.password, password)) {
    faults.push({ name: 'SOUK_ADMIN_PASSWORD', reason: 'must be 12 to 128 characters, beside SOUK_ADMIN_EMAIL' });
  }
  return faults;
}
