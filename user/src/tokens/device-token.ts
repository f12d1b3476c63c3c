import { createHash, randomBytes } from 'node:crypto';

/** A token of 256 random bits. The store knows only its SHA-256. */
export function newDeviceToken(): string {
  return randomBytes(32).toString('base64url');
}

export function deviceHashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
