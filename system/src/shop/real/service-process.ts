import { join } from 'node:path';
import type { Environment } from '@souk/chassis/service/config';
import type { LogLevel } from '@souk/chassis/telemetry/logging';
import type { LogUser } from '@souk/contracts/log-rights';
import type { ServiceName } from '@souk/contracts/services';
import type { Account } from '../embedded/accounts.ts';
import type { ServiceUrls } from '../shop-client.ts';
import type { RealShopAddresses } from './addresses.ts';

const ROOT = join(import.meta.dir, '../../../..');
const STEP_LIMIT_MS = 120_000;

/** A service's source, or the executable that `npm run compile` makes; `compileOutdated` makes sure that it exists. */
export type Program = 'source' | 'compiled';

export function serviceCommand(name: ServiceName, program: Program): readonly string[] {
  if (program === 'source') return [process.execPath, join(ROOT, name, 'src/main.ts')];
  return [join(ROOT, 'dist', name)];
}

export type Step = '--migrate' | '--topics';

interface Given {
  readonly addresses: RealShopAddresses;
  readonly urls: ServiceUrls;
  readonly admin: Account;
  readonly logLevel: LogLevel;
  /** Further settings, for all services. */
  readonly env: Environment;
}

/** Environment of one service's process: its own settings (for most: whose tokens it believes), none of the other services' and none of this process's. */
export function shopEnvironment(
  service: ServiceName,
  instance: string,
  { addresses, urls, admin, logLevel, env }: Given,
): Environment {
  const { databases, kafka, gateway } = addresses;
  const judgesTokens = { USER_JWKS_URL: `${urls.user}/.well-known/jwks.json` };
  const own: Partial<Record<ServiceName, Environment>> = {
    inventory: { ...judgesTokens, PRODUCT_URL: urls.product },
    order: { ...judgesTokens, PRODUCT_URL: urls.product },
    payment: { ...judgesTokens, PAYMENT_GATEWAY: env['PAYMENT_GATEWAY'] ?? 'simulator', SIMULATOR_PATH: gateway },
    user: {
      SOUK_ADMIN_EMAIL: admin.email,
      SOUK_ADMIN_PASSWORD: admin.password,
      // No change needed: the password is random, and gone with the shop.
      SOUK_ADMIN_PASSWORD_CHANGE: env['SOUK_ADMIN_PASSWORD_CHANGE'] ?? 'off',
    },
  };
  return {
    ...env,
    ...(own[service] ?? judgesTokens),
    DATABASE_URL: databases[service],
    ...kafkaEnvironment(kafka, service),
    INSTANCE: instance,
    LOG_LEVEL: logLevel,
  };
}

/** Environment of a step that ends by itself. It has rights that no serving process has. */
export function stepEnvironment(step: Step, service: ServiceName, given: Given): Environment {
  const serving = shopEnvironment(service, `${service}-step`, given);
  const { owners, kafka } = given.addresses;
  if (step === '--migrate') return { ...serving, DATABASE_URL: owners[service] };
  return { ...serving, ...kafkaEnvironment(kafka, 'topics') };
}

function kafkaEnvironment({ brokers, topicPrefix, passwords }: RealShopAddresses['kafka'], user: LogUser): Environment {
  return {
    KAFKA_BROKERS: brokers.join(','),
    KAFKA_TOPIC_PREFIX: topicPrefix,
    ...(passwords && { KAFKA_SASL: 'scram-sha-512', KAFKA_USERNAME: user, KAFKA_PASSWORD: passwords[user] }),
  };
}

/** Runs `--migrate` or `--topics` of one service; throws its output if it fails. */
export async function runStep(
  name: ServiceName,
  step: Step,
  program: Program,
  env: Environment,
): Promise<void> {
  const child = Bun.spawn([...serviceCommand(name, program), step], {
    env: { ...env, LOG_LEVEL: 'warn' },
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
    timeout: STEP_LIMIT_MS,
  });
  const said = await new Response(child.stderr).text();
  const code = await child.exited;
  if (code !== 0) throw new Error(`${name} ${step} ended with ${child.signalCode ?? code}: ${said.trim()}`);
}
