import { createHash } from 'node:crypto';

/** Keys that wrong passwords are counted by. Hashes, so that the table of failures is no list of people. */
export const attemptKey = {
  /** Sign-ins; there is a count for addresses nobody has, too. `email`: normalised. */
  account: (email: string) => hashed('account', email),
  /** The address that they come from. */
  address: (clientAddress: string) => hashed('address', clientAddress),
  /** Both. */
  accountFrom: (email: string, clientAddress: string) => hashed('account-from', JSON.stringify([email, clientAddress])),
  /** A device that has signed in before. */
  device: (deviceHash: string) => hashed('device', deviceHash),
  /** Apart from sign-ins, so that a stolen token cannot be used to keep its owner out. */
  signedIn: (userId: string) => hashed('user', userId),
  /** No wrong passwords: the accounts that an address has asked for. */
  registrations: (clientAddress: string) => hashed('registrations', clientAddress),
  /** Asking for a password reset: for an address, whoever has it, and from where. */
  reset: (email: string) => hashed('reset', email),
  /** The same of who is signed in, for the account's address. */
  mails: (userId: string) => hashed('mails', userId),
  resetsFrom: (clientAddress: string) => hashed('resets-from', clientAddress),
  /** Codes of who is signed in, apart from their passwords. */
  secondFactor: (userId: string) => hashed('second-factor', userId),
};

function hashed(kind: string, subject: string): string {
  return `${kind}:${createHash('sha256').update(subject).digest('base64url')}`;
}
