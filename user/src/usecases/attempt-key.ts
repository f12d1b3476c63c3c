import { createHash } from 'node:crypto';

/** Keys by which failures and requests are counted. Hashes, so that the table is no list of people. */
export const attemptKey = {
  /** Sign-ins to an account; addresses that nobody has are counted, too. `email`: normalised. */
  account: (email: string) => hashed('account', email),
  /** Sign-ins from a client address. */
  address: (clientAddress: string) => hashed('address', clientAddress),
  /** Sign-ins to an account from a client address. */
  accountFrom: (email: string, clientAddress: string) => hashed('account-from', JSON.stringify([email, clientAddress])),
  /** Sign-ins from a device that has signed in before. */
  device: (deviceHash: string) => hashed('device', deviceHash),
  /** Passwords of a signed-in user, counted apart from sign-ins, so that a stolen token cannot be used to keep its owner out. */
  signedIn: (userId: string) => hashed('user', userId),
  /** Not failures: the registrations that a client address has asked for. */
  registrations: (clientAddress: string) => hashed('registrations', clientAddress),
  /** Requests for a password reset: for an e-mail address, whoever has it, and (`resetsFrom`) from a client address. */
  reset: (email: string) => hashed('reset', email),
  /** Requests for mail by a signed-in user. */
  mails: (userId: string) => hashed('mails', userId),
  resetsFrom: (clientAddress: string) => hashed('resets-from', clientAddress),
  /** Codes of a signed-in user, counted apart from passwords. */
  secondFactor: (userId: string) => hashed('second-factor', userId),
};

function hashed(kind: string, subject: string): string {
  return `${kind}:${createHash('sha256').update(subject).digest('base64url')}`;
}
