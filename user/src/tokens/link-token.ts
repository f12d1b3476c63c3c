import { createHash, randomBytes } from 'node:crypto';

/**
 * `<user id>.<secret>`; the secret is 256 random bits, made when its mail is handed over and contained in that mail alone. The
 * store gets its SHA-256 before that, so neither the database nor a waiting mail holds anything that opens an account.
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

/** Parses a link token; undefined: the text is none. */
export function readLinkToken(text: string): LinkToken | undefined {
  const [, userId, secret] = FORM.exec(text) ?? [];
  return userId === undefined || secret === undefined ? undefined : { userId, secret };
}
