import { Secret, TOTP } from 'otpauth';

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
