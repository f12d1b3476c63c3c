import { createHash } from 'node:crypto';
import { Secret } from 'otpauth';

const CODES = 10;
/** 80 bits, 16 characters: as random as that, a plain hash is enough to keep them by. */
const CODE_BYTES = 10;

export interface NewRecoveryCodes {
  readonly codes: readonly string[];
  readonly hashes: readonly string[];
}

/** For the day the authenticator is lost. Base32, so no character is taken for another. */
export function newRecoveryCodes(): NewRecoveryCodes {
  const codes = Array.from({ length: CODES }, () => inGroups(new Secret({ size: CODE_BYTES }).base32.toLowerCase()));
  return { codes, hashes: codes.map(recoveryHash) };
}

/** Dashes, spaces and case do not count. */
export function recoveryHash(code: string): string {
  const plain = code.replaceAll(/[\s-]/g, '').toLowerCase();
  return createHash('sha256').update(plain).digest('base64url');
}

function inGroups(text: string): string {
  return text.replaceAll(/.{4}(?=.)/g, '$&-');
}
