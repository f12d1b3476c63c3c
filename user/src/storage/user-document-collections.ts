import type { DocumentCollection } from '@souk/chassis/stores/mongodb/document-collection';
import { emptyBook } from '../domain/address-book.ts';
import type { KeyRing } from '../domain/stored-keys.ts';
import type {
  AccountLinksDocument,
  AddressBookDocument,
  AdminListDocument,
  AttemptsDocument,
  CredentialDocument,
  DepartureDocument,
  KeyRingDocument,
  MailDocument,
  SealingKeyDocument,
  SessionDocument,
  UserDocument,
} from './user-documents.ts';
import type { UserCollections } from './user-store.ts';

type UserDocumentCollections = { readonly [N in keyof UserCollections]: DocumentCollection<UserCollections[N]> };

/** Mapping of users, their credentials, their sessions and the rest to MongoDB. */
export const userDocumentCollections: UserDocumentCollections = {
  users: {
    collection: 'users',
    keyField: '_id',
    key: ({ id }) => id,
    toDocument: ({ id: _id, ...user }) => ({ _id, ...user }),
    fromDocument: (document) => [userOf(document as UserDocument)],
  },
  // Claims are read by the users' unique field and written with the users.
  emails: {
    collection: 'users',
    keyField: 'email',
    key: ({ email }) => email,
    toDocument: null,
    fromDocument: (document) => {
      const { _id: userId, email } = document as UserDocument;
      return [{ email, userId }];
    },
  },
  credentials: {
    collection: 'credentials',
    keyField: '_id',
    key: ({ userId }) => userId,
    toDocument: ({ userId: _id, ...credential }) => ({ _id, ...credential }),
    fromDocument: (document) => [credentialOf(document as CredentialDocument)],
  },
  sessions: {
    collection: 'sessions',
    keyField: '_id',
    key: ({ id }) => id,
    toDocument: ({ id: _id, ...session }) => ({ _id, ...session, liveUntil: session.ended?.at ?? session.expiresAt }),
    fromDocument: (document) => [sessionOf(document as SessionDocument)],
  },
  addressBooks: {
    collection: 'address_books',
    keyField: '_id',
    key: ({ userId }) => userId,
    toDocument: ({ userId: _id, addresses, additions }) => ({ _id, addresses, additions, answers: [] }),
    fromDocument: (document) => [addressBookOf(document as AddressBookDocument)],
  },
  departures: {
    collection: 'departures',
    keyField: '_id',
    key: ({ userId }) => userId,
    toDocument: ({ userId: _id, at }) => ({ _id, at }),
    fromDocument: (document) => [departureOf(document as DepartureDocument)],
  },
  attempts: {
    collection: 'sign_in_attempts',
    keyField: '_id',
    key: ({ key }) => key,
    toDocument: ({ key: _id, ...attempts }) => ({ _id, ...attempts }),
    fromDocument: (document) => [attemptsOf(document as AttemptsDocument)],
  },
  accountLinks: {
    collection: 'account_links',
    keyField: '_id',
    key: ({ userId }) => userId,
    toDocument: ({ userId: _id, ...links }) => ({ _id, ...links }),
    fromDocument: (document) => [accountLinksOf(document as AccountLinksDocument)],
  },
  mails: {
    collection: 'mails',
    keyField: '_id',
    key: ({ id }) => id,
    toDocument: ({ id: _id, ...mail }) => ({ _id, ...mail }),
    fromDocument: (document) => [mailOf(document as MailDocument)],
  },
  adminLists: {
    collection: 'admin_lists',
    keyField: '_id',
    key: ({ id }) => id,
    toDocument: ({ id: _id, userIds }) => ({ _id, userIds }),
    fromDocument: (document) => [adminListOf(document as AdminListDocument)],
  },
  keyRings: {
    collection: 'key_rings',
    keyField: '_id',
    key: ({ id }) => id,
    toDocument: ({ id: _id, keys }) => ({ _id, keys }),
    fromDocument: (document) => [keyRingOf(document as KeyRingDocument)],
  },
  sealingKeys: {
    collection: 'sealing_keys',
    keyField: '_id',
    key: ({ id }) => id,
    toDocument: ({ id: _id, key }) => ({ _id, key }),
    fromDocument: (document) => [sealingKeyOf(document as SealingKeyDocument)],
  },
};

/** Users stored before addresses were confirmed and accounts disabled lack these fields. */
export function userOf({ _id: id, emailConfirmed = false, disabled = null, ...user }: UserDocument): UserCollections['users'] {
  const { email, name, roles, version, createdAt, updatedAt } = user;
  return { id, email, emailConfirmed, name, roles, disabled, version, createdAt, updatedAt };
}

/** Credentials stored before there were generations, devices or second factors lack these fields. */
export function credentialOf(document: CredentialDocument): UserCollections['credentials'] {
  const { _id: userId, passwordHash, mustChange = false, sessionEpoch, accessGeneration = 1, devices = [], secondFactor = null, pendingFactor = null } = document;
  return { userId, passwordHash, mustChange, sessionEpoch, accessGeneration, devices, secondFactor, pendingFactor };
}

/** Sessions stored before refreshes were remembered for a minute, devices known, or codes shown, lack these fields. */
export function sessionOf(document: SessionDocument): UserCollections['sessions'] {
  const { _id: id, userId, epoch, familyHash, device = null, tokenHash, predecessor, superseded = [], createdAt, lastUsedAt, expiresAt, ended } = document;
  const { secondFactorAt = null } = document;
  return { id, userId, epoch, familyHash, device, tokenHash, predecessor, superseded, createdAt, lastUsedAt, expiresAt, secondFactorAt, ended };
}

/** Books stored before additions were counted begin with none. */
export function addressBookOf({ _id: userId, addresses, additions = emptyBook(userId).additions }: AddressBookDocument): UserCollections['addressBooks'] {
  return { userId, addresses, additions };
}

function departureOf({ _id: userId, at }: DepartureDocument): UserCollections['departures'] {
  return { userId, at };
}

function attemptsOf({ _id: key, failures, waitUntil, forgottenAt }: AttemptsDocument): UserCollections['attempts'] {
  return { key, failures, waitUntil, forgottenAt };
}

export function accountLinksOf({ _id: userId, links, mails, forgottenAt }: AccountLinksDocument): UserCollections['accountLinks'] {
  return { userId, links, mails, forgottenAt };
}

export function mailOf({ _id: id, kind, recipient, userId, createdAt, dueAt, tries }: MailDocument): UserCollections['mails'] {
  return { id, kind, recipient, userId, createdAt, dueAt, tries };
}

export function adminListOf({ _id: id, userIds }: AdminListDocument): UserCollections['adminLists'] {
  return { id, userIds };
}

export function keyRingOf({ _id: id, keys }: KeyRingDocument): UserCollections['keyRings'] {
  return { id, keys: keys as [KeyRing['keys'][0]] };
}

export function sealingKeyOf({ _id: id, key }: SealingKeyDocument): UserCollections['sealingKeys'] {
  return { id, key };
}
