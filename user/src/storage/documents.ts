import type { AccountLinks, Mail } from '../domain/mail-and-links.ts';
import { type AddressBook, emptyBook } from '../domain/address-book.ts';
import type { Attempts } from '../domain/attempts.ts';
import type { Credential } from '../domain/credential.ts';
import type { Departure, User } from '../domain/user.ts';
import type { KeyRing, SealingKey } from '../domain/stored-keys.ts';
import type { AdminList } from '../domain/roles.ts';
import type { Session } from '../domain/session.ts';

/** A row's document, which only this service writes. */
interface WithDocument {
  readonly document: string;
}

/** Users stored before addresses were confirmed and accounts disabled lack these fields. */
export const userOf = ({ document }: WithDocument): User => ({ emailConfirmed: false, disabled: null, ...JSON.parse(document) });
/** Credentials stored before there were generations, devices or second factors lack these fields. */
export const credentialOf = ({ document }: WithDocument): Credential => ({
  mustChange: false,
  accessGeneration: 1,
  devices: [],
  secondFactor: null,
  pendingFactor: null,
  ...JSON.parse(document),
});
/** Sessions stored before refreshes were remembered for a minute, devices known, or codes shown, lack these fields. */
export const sessionOf = ({ document }: WithDocument): Session => ({ superseded: [], device: null, secondFactorAt: null, ...JSON.parse(document) });
/** Books stored before additions were counted begin with none. */
export function addressBookOf({ document }: WithDocument): AddressBook {
  const { userId, addresses, additions = emptyBook(userId).additions } = JSON.parse(document);
  return { userId, addresses, additions };
}
/** Adds `answers`, which replicas of the previous version look for. */
export const keptBook = (book: AddressBook): object => ({ ...book, answers: [] });
export const departureOf = ({ document }: WithDocument): Departure => JSON.parse(document);
export const attemptsOf = ({ document }: WithDocument): Attempts => JSON.parse(document);
export const accountLinksOf = ({ document }: WithDocument): AccountLinks => JSON.parse(document);
export const mailOf = ({ document }: WithDocument): Mail => JSON.parse(document);
export const adminListOf = ({ document }: WithDocument): AdminList => JSON.parse(document);
export const keyRingOf = ({ document }: WithDocument): KeyRing => JSON.parse(document);
export const sealingKeyOf = ({ document }: WithDocument): SealingKey => JSON.parse(document);
