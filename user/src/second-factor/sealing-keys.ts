import { randomBytes } from 'node:crypto';
import type { Engine } from '@souk/chassis/engine/engine';
import type { UserConfig } from '../config.ts';
import { madeOnce } from '../made-once.ts';
import type { UserCollections, UserReads } from '../storage/user-store.ts';
import { keepSealingKey } from '../usecases/keep-sealing-key.ts';
import type { SealingKeys } from './sealed-secrets.ts';

const KEY_BYTES = 32;

interface SealingKeyDeps {
  readonly config: Pick<UserConfig, 'secondFactorKeys'>;
  readonly commands: Pick<Engine<UserCollections>, 'execute'>;
  readonly reads: Pick<UserReads, 'sealingKey'>;
}

/** The configured keys, then the stored one, which sealed earlier secrets; without a setting the stored one, made when first needed. */
export function sealingKeys({ config, commands, reads }: SealingKeyDeps): () => Promise<SealingKeys> {
  return madeOnce(async () => {
    const [first, ...others] = (config.secondFactorKeys ?? []).map(bytesOf);
    const kept = await reads.sealingKey();
    const behind = kept === undefined ? others : [...others, bytesOf(kept.key)];
    if (first !== undefined) return [first, ...behind];
    const { key } = kept ?? (await commands.execute(keepSealingKey, randomBytes(KEY_BYTES).toString('base64url')));
    return [bytesOf(key)];
  });
}

/** Base64, of either alphabet. */
function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'base64');
}
