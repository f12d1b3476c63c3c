import { createHash } from 'node:crypto';
import { Secret } from 'otpauth';

const CODES = 10;
/** 80 bits, 16 characters: random enough to be stored as a plain hash. */
const CODE_BYTES = 10;

export interface NewRecoveryCodes {
  readonly codes: readonly string[];
  readonly hashes: readonly string[];
}

/** New codes for the day the authenticator is lost. Base32, so that no character is mistaken for another. */
export function newRecoveryCodes(): NewRecoveryCodes {
  const codes = Array.from({ length: CODES }, () => inGroups(new Secret({ size: CODE_BYTES }).base32.toLowerCase()));
  return { codes, hashes: codes.map(recoveryHash) };
}

/** Hash of a recovery code; dashes, spaces and case are ignored. */
export function recoveryHash(code: string): string {
  const plain = code.replaceAll(/[\s-]/g, '').toLowerCase();
  return createHash('sha256').update(plain).digest('base64url');
}

function inGroups(text: string): string {
  return text.replaceAll(/.{4}(?=.)/g, '$&-');
}
