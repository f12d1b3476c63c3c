import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** 32 bits of its hash tell a key from the few others there are, and nothing of the key. */
const NAME_LENGTH = 8;

/** The first seals, all of them open. 32 bytes each. */
export type SealingKeys = readonly [Buffer, ...Buffer[]];

export interface SealedSecrets {
  /** The form in which a secret can be kept: it opens for that user only. */
  seal(userId: string, secret: string): Promise<string>;
  /** undefined: it was sealed by a key that is not here, or for somebody else. */
  open(userId: string, sealed: string): Promise<string | undefined>;
  /** True when the first key sealed it. */
  isCurrent(sealed: string): Promise<boolean>;
}

/** AES-256-GCM, as `<key's name>.<base64url of iv, tag and secret>`. `keys` is asked until it answers. */
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
    // Whatever the library says against it, nobody can open this: that is the answer.
    return undefined;
  }
}

function isBy(key: Buffer, sealed: string): boolean {
  return sealed.startsWith(`${nameOf(key)}.`);
}

function nameOf(key: Buffer): string {
  return createHash('sha256').update(key).digest('hex').slice(0, NAME_LENGTH);
}
