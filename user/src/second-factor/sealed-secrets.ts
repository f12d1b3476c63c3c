import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { UserConfig } from '../config.ts';
import { SEALING_KEY, type SealingKey } from '../domain/stored-keys.ts';
import { madeOnce } from '../made-once.ts';
import type { UserCommands, UserReads, UserUseCase } from '../storage/user-store.ts';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** A key's name is 32 bits of its hash: they tell it from the few other keys, and reveal nothing of it. */
const NAME_LENGTH = 8;

/** The first key seals, all of them open. 32 bytes each. */
type SealingKeys = readonly [Buffer, ...Buffer[]];

export interface SealedSecrets {
  /** The secret in the form in which it is stored: it opens for that user only. */
  seal(userId: string, secret: string): Promise<string>;
  /** undefined: it was sealed with a key that is missing, or for another user. */
  open(userId: string, sealed: string): Promise<string | undefined>;
  /** True when the first key sealed it. */
  isCurrent(sealed: string): Promise<boolean>;
}

/** AES-256-GCM, as `<key's name>.<base64url of iv, tag and secret>`. `keys` is called with each use, so a failure is retried. */
export function sealedSecrets(keys: () => Promise<SealingKeys>): SealedSecrets {
  return {
    async seal(userId, secret) {
      const [key] = await keys();
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(CIPHER, key, iv).setAAD(Buffer.from(userId));
      const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return `${nameOf(key)}.${Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url')}`;
    },
    async open(userId, sealed) {
      const key = (await keys()).find((each) => isBy(each, sealed));
      return key && opened(key, userId, Buffer.from(sealed.slice(NAME_LENGTH + 1), 'base64url'));
    },
    isCurrent: async (sealed) => isBy((await keys())[0], sealed),
  };
}

function opened(key: Buffer, userId: string, bytes: Buffer): string | undefined {
  const [iv, tag, text] = [bytes.subarray(0, IV_BYTES), bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES), bytes.subarray(IV_BYTES + TAG_BYTES)];
  try {
    const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(userId)).setAuthTag(tag);
    return decipher.update(text, undefined, 'utf8') + decipher.final('utf8');
  } catch {
    // Whatever the library's reason, this cannot be opened: undefined is the answer.
    return undefined;
  }
}

function isBy(key: Buffer, sealed: string): boolean {
  return sealed.startsWith(`${nameOf(key)}.`);
}

function nameOf(key: Buffer): string {
  return createHash('sha256').update(key).digest('hex').slice(0, NAME_LENGTH);
}

const KEY_BYTES = 32;

interface SealingKeyDeps {
  readonly config: Pick<UserConfig, 'secondFactorKeys'>;
  readonly commands: UserCommands;
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

/** Stores the key unless there is one already: of several processes that need one at once the first wins, and all get its key. */
export const keepSealingKey: UserUseCase<string, SealingKey> = {
  name: 'keep sealing key',
  keys: () => ({ sealingKeys: [SEALING_KEY] }),
  decide(key, world) {
    const kept = world.get('sealingKeys', SEALING_KEY);
    if (kept !== undefined) return { answer: kept };
    const made: SealingKey = { id: SEALING_KEY, key };
    return { answer: made, puts: { sealingKeys: [made] } };
  },
};
