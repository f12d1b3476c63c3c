import type { Microservice } from '@souk/chassis/microservice';
import type { UserConfig } from './config.ts';
import { keysAt, type SigningKey } from './domain/key-ring.ts';
import type { UserCollections, UserReads } from './storage/user-store.ts';
import type { AccessTokens } from './tokens/access-tokens.ts';
import { named, newSigningKey } from './tokens/new-signing-key.ts';
import { keepSigningKey } from './usecases/keep-signing-key.ts';

interface PrepareDeps {
  readonly config: Pick<UserConfig, 'signingKey'>;
  readonly commands: Pick<Microservice<UserCollections>, 'submit'>;
  readonly reads: Pick<UserReads, 'keyRing'>;
  readonly tokens: AccessTokens;
}

/** What must be there before the first request: a key to sign with. */
export async function prepare(deps: PrepareDeps): Promise<void> {
  await deps.tokens.use(await signingKeys(deps));
}

async function signingKeys({ config, commands, reads }: PrepareDeps): Promise<readonly [SigningKey, ...SigningKey[]]> {
  if (config.signingKey !== undefined) return [await named(config.signingKey)];
  const ring = (await reads.keyRing()) ?? (await commands.submit(keepSigningKey, await newSigningKey()));
  return keysAt(ring, Date.now());
}
