import { createHash } from 'node:crypto';
import type { SecondFactorProof } from '@souk/contracts/http/session';
import { Secret, TOTP } from 'otpauth';
import type { Credential, FactorProof } from '../domain/credential.ts';
import type { SealedSecrets } from './sealed-secrets.ts';

export type Judged =
  /** undefined: no proof was shown, or there is no factor that it could belong to */
  | { readonly kind: 'judged'; readonly proof: FactorProof | undefined }
  | { readonly kind: 'code-wrong' }
  /** The key that sealed the secret is missing. */
  | { readonly kind: 'secret-unreadable' };

export type JudgeProof = ReturnType<typeof judgeProof>;

interface JudgeDeps {
  readonly secrets: SealedSecrets;
  /** Reports it to the operator: codes cannot be judged until the key is back. */
  keyMissing(): void;
  readonly now?: () => number;
}

/** Judges a proof outside of a decision. Only the decision knows whether the proof was used before. */
export function judgeProof({ secrets, keyMissing, now = Date.now }: JudgeDeps) {
  return async ({ userId, secondFactor }: Credential, { oneTimeCode, recoveryCode }: SecondFactorProof): Promise<Judged> => {
    if (recoveryCode !== undefined) return { kind: 'judged', proof: { kind: 'recovery-code', hash: recoveryHash(recoveryCode) } };
    if (secondFactor === null || oneTimeCode === undefined) return { kind: 'judged', proof: undefined };
    const { activeSince, sealed } = secondFactor;
    const secret = await secrets.open(userId, sealed);
    if (secret === undefined) {
      keyMissing();
      return { kind: 'secret-unreadable' };
    }
    const step = stepOf(secret, oneTimeCode, now());
    if (step === undefined) return { kind: 'code-wrong' };
    const current = (await secrets.isCurrent(sealed)) ? sealed : await secrets.seal(userId, secret);
    return { kind: 'judged', proof: { kind: 'one-time-code', activeSince, step, sealed: current } };
  };
}

/** 160 bits, as RFC 4226 (4, R6) recommends: as many as the hash has. */
const SECRET_BYTES = 20;
/** The values that every authenticator knows; some accept no others, and do not say so. */
const FORM = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
/** A code of the step before or after is accepted, too: clocks differ, and typing takes time (RFC 6238, 5.2). */
const WINDOW = 1;
/** Shown by authenticators beside the address. */
const ISSUER = 'Souk';

/** A new secret, in Base32. */
export function newSecret(): string {
  return new Secret({ size: SECRET_BYTES }).base32;
}

/** The URL in the QR code that an authenticator reads. */
export function otpauthUrl(secret: string, email: string): string {
  return new TOTP({ ...FORM, issuer: ISSUER, label: email, secret }).toString();
}

/** The time step of the code; undefined: it fits none near `now` (epoch milliseconds). Spaces are ignored. */
export function stepOf(secret: string, code: string, now: number): number | undefined {
  const totp = new TOTP({ ...FORM, secret });
  const delta = totp.validate({ token: code.replaceAll(' ', ''), timestamp: now, window: WINDOW });
  return delta === null ? undefined : totp.counter({ timestamp: now }) + delta;
}

const CODES = 10;
/** 80 bits, 16 characters: random enough to be stored as a plain hash. */
const CODE_BYTES = 10;

interface NewRecoveryCodes {
  readonly codes: readonly string[];
  readonly hashes: readonly string[];
}

/** New codes for the day the authenticator is lost. Base32, so that no character is mistaken for another. */
export function newRecoveryCodes(): NewRecoveryCodes {
  const codes = Array.from({ length: CODES }, () => inGroups(new Secret({ size: CODE_BYTES }).base32.toLowerCase()));
  return { codes, hashes: codes.map(recoveryHash) };
}

/** Hash of a recovery code; dashes, spaces and case are ignored. */
function recoveryHash(code: string): string {
  const plain = code.replaceAll(/[\s-]/g, '').toLowerCase();
  return createHash('sha256').update(plain).digest('base64url');
}

function inGroups(text: string): string {
  return text.replaceAll(/.{4}(?=.)/g, '$&-');
}
