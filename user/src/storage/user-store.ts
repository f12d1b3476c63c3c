import type { Engine } from '@souk/chassis/engine/engine';
import type { ServiceStore } from '@souk/chassis/engine/service-store';
import type { ChassisCollections } from '@souk/chassis/engine/writer/chassis-collections';
import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import type { IdSlice } from '@souk/chassis/web/paging';
import type { Role } from '@souk/contracts/access-token';
import type { AddressBook } from '../domain/address-book.ts';
import type { Attempts } from '../domain/attempts.ts';
import type { Credential } from '../domain/credential.ts';
import type { AccountLinks, Mail, MailTask } from '../domain/mail-and-links.ts';
import type { Session } from '../domain/session.ts';
import type { KeyRing, SealingKey } from '../domain/stored-keys.ts';
import type { AdminList, Departure, EmailClaim, User } from '../domain/user.ts';

/**
 * The entities that decisions read. E-mail claims are a view of the users: the store derives them from the users it saves,
 * keeps them unique, and saves nothing for a claim itself.
 */
export type UserCollections = {
  /** by id */
  readonly users: User;
  /** by normalised address */
  readonly emails: EmailClaim;
  /** by user id */
  readonly credentials: Credential;
  /** by id */
  readonly sessions: Session;
  /** by user id */
  readonly addressBooks: AddressBook;
  /** by user id */
  readonly departures: Departure;
  /** by `attemptKey` */
  readonly attempts: Attempts;
  /** by user id */
  readonly accountLinks: AccountLinks;
  /** by id */
  readonly mails: Mail;
  /** the one list, by `ADMINS` */
  readonly adminLists: AdminList;
  /** the one ring, by `KEY_RING` */
  readonly keyRings: KeyRing;
  /** the one key, by `SEALING_KEY` */
  readonly sealingKeys: SealingKey;
};

/** A decision about users. */
export type UserUseCase<Asked, Answer> = UseCase<UserCollections & ChassisCollections, Asked, Answer, MailTask>;

/** The engine that settles these decisions in the store. */
export type UserEngine = Engine<UserCollections, MailTask>;

/** The part of it that runs a caller's commands. */
export type UserCommands = Pick<UserEngine, 'execute'>;

export interface UserFilter {
  /** normalised */
  readonly email?: string | undefined;
  readonly role?: Role | undefined;
}

export interface UserReads {
  user(id: string): Promise<User | undefined>;
  users(slice: IdSlice, filter?: UserFilter): Promise<readonly User[]>;
  /** The credential that a sign-in is checked against. */
  credentialOf(email: string): Promise<Credential | undefined>;
  /** The credential that a signed-in user is checked against. */
  credential(userId: string): Promise<Credential | undefined>;
  /** Undefined: there never was an address. */
  addressBook(userId: string): Promise<AddressBook | undefined>;
  /** Undefined: nothing was sent, or nothing of it is of use any more. */
  accountLinks(userId: string): Promise<AccountLinks | undefined>;
  /** Mails that are due by the database's clock; those that wait longest come first. */
  dueMails(limit: number): Promise<readonly Mail[]>;
  /** Number of mails that were not sent yet. */
  waitingMails(): Promise<number>;
  /** True for a session that has not ended, has not expired by the database's clock, and is of its user's present epoch. */
  isSessionLive(id: string): Promise<boolean>;
  /** Live ones only. */
  liveSessions(userId: string, slice: IdSlice): Promise<readonly Session[]>;
  /** Ids of deleted users of whom data may still be kept. */
  departed(limit: number): Promise<readonly string[]>;
  hasAdmin(): Promise<boolean>;
  /** Undefined: no key was made yet. */
  keyRing(): Promise<KeyRing | undefined>;
  /** Undefined: nobody has needed one yet. */
  sealingKey(): Promise<SealingKey | undefined>;
}

export interface UserStore extends ServiceStore<UserCollections> {
  readonly reads: UserReads;
  /** Removes sessions that have been over for at least this long; returns their number, `limit` at most. */
  forgetSessions(overForMs: number, limit: number): Promise<number>;
  /** Removes attempts whose time is over; returns their number, `limit` at most. */
  forgetAttempts(limit: number): Promise<number>;
  /** Removes links whose time is over; returns the number of users who had them, `limit` at most. */
  forgetLinks(limit: number): Promise<number>;
}
