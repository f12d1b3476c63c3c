import type { Engine } from '@souk/chassis/engine/engine';
import type { UserConfig } from './config.ts';
import { keysAt } from './domain/stored-keys.ts';
import type { UserCollections, UserReads } from './storage/user-store.ts';
import type { SigningKeys } from './tokens/access-tokens.ts';
import { named, newSigningKey } from './tokens/new-signing-key.ts';
import { keepSigningKey } from './usecases/keep-signing-key.ts';

interface FirstKeysDeps {
  readonly config: Pick<UserConfig, 'signingKey'>;
  readonly commands: Pick<Engine<UserCollections>, 'execute'>;
  readonly reads: Pick<UserReads, 'keyRing'>;
}

/** The signing keys a process begins with: the configured one, else the stored ones, else a new one, which is stored. */
export async function firstKeys({ config, commands, reads }: FirstKeysDeps): Promise<SigningKeys> {
  if (config.signingKey !== undefined) return [await named(config.signingKey)];
  const ring = (await reads.keyRing()) ?? (await commands.execute(keepSigningKey, await newSigningKey()));
  return keysAt(ring, Date.now());
}
