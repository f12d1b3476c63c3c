import type { Microservice } from '@souk/chassis/microservice';
import type { UserConfig } from './config.ts';
import { normalisedEmail } from './domain/email.ts';
import { keysAt, type SigningKey } from './domain/key-ring.ts';
import type { Passwords } from './passwords/passwords.ts';
import type { UserCollections, UserReads } from './storage/user-store.ts';
import type { AccessTokens } from './tokens/access-tokens.ts';
import { named, newSigningKey } from './tokens/new-signing-key.ts';
import { ensureFirstAdmin } from './usecases/ensure-first-admin.ts';
import { keepSigningKey } from './usecases/keep-signing-key.ts';

interface PrepareDeps {
  readonly config: Pick<UserConfig, 'signingKey' | 'admin'>;
  readonly commands: Pick<Microservice<UserCollections>, 'submit'>;
  readonly reads: Pick<UserReads, 'hasAdmin'>;
  readonly passwords: Passwords;
  readonly tokens: AccessTokens;
  readonly logger: { error(message: string): void };
}

/** What must be there before the first request: a key to sign with, and somebody who may give others their roles. */
export async function prepare(deps: PrepareDeps): Promise<void> {
  await deps.tokens.use(await signingKeys(deps));
  await firstAdmin(deps);
}

async function signingKeys({ config, commands }: PrepareDeps): Promise<readonly [SigningKey, ...SigningKey[]]> {
  if (config.signingKey !== undefined) return [await named(config.signingKey)];
  return keysAt(await commands.submit(keepSigningKey, await newSigningKey()), Date.now());
}

async function firstAdmin({ config: { admin }, commands, reads, passwords, logger }: PrepareDeps): Promise<void> {
  if (admin === undefined || (await reads.hasAdmin())) return;
  const passwordHash = await passwords.hash(admin.password);
  const request = { email: normalisedEmail(admin.email), name: 'Administrator', passwordHash };
  if ((await commands.submit(ensureFirstAdmin, request)) === 'email-taken') {
    logger.error('there is no admin: the address in SOUK_ADMIN_EMAIL is registered already; name another one');
  }
}
