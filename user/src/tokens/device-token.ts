import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits. The store knows SHA-256 of it. */
export function newDeviceToken(): string {
  return randomBytes(32).toString('base64url');
}

export function deviceHashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
