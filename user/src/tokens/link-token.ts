import { createHash, randomBytes } from 'node:crypto';

/**
 * `<user id>.<secret>`, the secret 256 random bits. It is made when its mail is handed over and is in that mail alone: the
 * store is given its SHA-256 before, so neither the database nor a mail that waits holds anything that opens an account.
 */
export interface LinkToken {
  readonly userId: string;
  readonly secret: string;
}

const FORM = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([\w-]{43})$/;

export function newLinkSecret(): string {
  return randomBytes(32).toString('base64url');
}

export function linkSecretHash(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

export function linkTokenText({ userId, secret }: LinkToken): string {
  return `${userId}.${secret}`;
}

/** undefined: this is none. */
export function readLinkToken(text: string): LinkToken | undefined {
  const [, userId, secret] = FORM.exec(text) ?? [];
  return userId === undefined || secret === undefined ? undefined : { userId, secret };
}
