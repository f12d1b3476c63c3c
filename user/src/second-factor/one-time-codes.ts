import { Secret, TOTP } from 'otpauth';

/** 160 bits, as RFC 4226 (4, R6) recommends: as many as the hash has. */
const SECRET_BYTES = 20;
/** The values that every authenticator knows; some take no others, and say nothing of it. */
const FORM = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
/** A code of the step before or after is taken too: clocks differ, and people type (RFC 6238, 5.2). */
const WINDOW = 1;
/** Shown by authenticators beside the address. */
const ISSUER = 'Souk';

/** Base32. */
export function newSecret(): string {
  return new Secret({ size: SECRET_BYTES }).base32;
}

/** For a picture that an authenticator reads. */
export function otpauthUrl(secret: string, email: string): string {
  return new TOTP({ ...FORM, issuer: ISSUER, label: email, secret }).toString();
}

/** The time step that the code is of; undefined: of none near `now`, in epoch milliseconds. Spaces do not count. */
export function stepOf(secret: string, code: string, now: number): number | undefined {
  const totp = new TOTP({ ...FORM, secret });
  const delta = totp.validate({ token: code.replaceAll(' ', ''), timestamp: now, window: WINDOW });
  return delta === null ? undefined : totp.counter({ timestamp: now }) + delta;
}
