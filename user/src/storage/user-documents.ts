import type { DocumentCollection } from '@souk/chassis/stores/mongodb/document-collection';
import { Address, User as PublishedUser } from '@souk/contracts/http/user';
import { Uuid } from '@souk/contracts/ids';
import { personal } from '@souk/contracts/personal';
import { closed, nullable, oneOf } from '@souk/contracts/schema';
import { type Static, Type } from '@sinclair/typebox';
import { emptyBook } from '../domain/address-book.ts';
import { KEY_RING, type KeyRing, SEALING_KEY } from '../domain/stored-keys.ts';
import { ADMINS } from '../domain/user.ts';
import type { UserCollections } from './user-store.ts';

const EpochMs = Type.Integer({ minimum: 0 });
const Text = Type.String({ minLength: 1 });

const { email, emailConfirmed, name, roles, version } = PublishedUser.properties;

export const UserDocument = closed({
  _id: Uuid,
  email,
  emailConfirmed: Type.Optional(emailConfirmed),
  name,
  roles,
  disabled: Type.Optional(nullable(closed({ at: EpochMs, reason: personal(Text) }))),
  version,
  createdAt: EpochMs,
  updatedAt: EpochMs,
});
export type UserDocument = Static<typeof UserDocument>;

export const CredentialDocument = closed({
  _id: Uuid,
  passwordHash: Text,
  mustChange: Type.Optional(Type.Boolean()),
  sessionEpoch: Type.Integer({ minimum: 1 }),
  accessGeneration: Type.Optional(Type.Integer({ minimum: 1 })),
  devices: Type.Optional(Type.Array(closed({ hash: Text, at: EpochMs, cameBack: Type.Boolean() }))),
  secondFactor: Type.Optional(
    nullable(closed({ sealed: Text, activeSince: EpochMs, lastStep: Type.Integer({ minimum: 0 }), recoveryHashes: Type.Array(Text) })),
  ),
  pendingFactor: Type.Optional(nullable(closed({ sealed: Text, expiresAt: EpochMs }))),
});
export type CredentialDocument = Static<typeof CredentialDocument>;

export const SessionDocument = closed({
  _id: Uuid,
  userId: Uuid,
  epoch: Type.Integer({ minimum: 1 }),
  /** the time it ended, else the time it expires */
  liveUntil: EpochMs,
  familyHash: Text,
  device: Type.Optional(nullable(Text)),
  tokenHash: Text,
  predecessor: nullable(closed({ tokenHash: Text, nonce: Text, replacedAt: EpochMs })),
  superseded: Type.Optional(Type.Array(closed({ tokenHash: Text, replacedAt: EpochMs }))),
  createdAt: EpochMs,
  lastUsedAt: EpochMs,
  expiresAt: EpochMs,
  secondFactorAt: Type.Optional(nullable(EpochMs)),
  ended: nullable(closed({ at: EpochMs, reason: oneOf('signed_out', 'token_reused') })),
});
export type SessionDocument = Static<typeof SessionDocument>;

export const AddressBookDocument = closed({
  _id: Uuid,
  addresses: Type.Array(closed({ ...Address.properties, createdAt: EpochMs, updatedAt: EpochMs })),
  additions: Type.Optional(closed({ count: Type.Integer({ minimum: 0 }), since: EpochMs })),
  /** always empty: replicas of the previous version look for it */
  answers: Type.Array(closed({ id: Text, at: EpochMs })),
});
export type AddressBookDocument = Static<typeof AddressBookDocument>;

export const DepartureDocument = closed({ _id: Uuid, at: EpochMs });
export type DepartureDocument = Static<typeof DepartureDocument>;

export const AttemptsDocument = closed({
  _id: Text,
  failures: Type.Integer({ minimum: 0 }),
  waitUntil: EpochMs,
  forgottenAt: EpochMs,
});
export type AttemptsDocument = Static<typeof AttemptsDocument>;

export const AccountLinksDocument = closed({
  _id: Uuid,
  links: Type.Array(closed({ purpose: oneOf('reset-password', 'confirm-email', 'change-email'), secretHash: Text, expiresAt: EpochMs, email })),
  mails: Type.Array(Text),
  forgottenAt: EpochMs,
});
export type AccountLinksDocument = Static<typeof AccountLinksDocument>;

export const MailDocument = closed({
  _id: Text,
  kind: oneOf('reset-password', 'password-changed', 'confirm-email', 'change-email', 'email-change-asked', 'email-changed'),
  // Not `to`: the log uses that name itself, and it withholds every field whose name is personal anywhere.
  recipient: email,
  userId: nullable(Uuid),
  createdAt: EpochMs,
  dueAt: EpochMs,
  tries: Type.Integer({ minimum: 0 }),
});
export type MailDocument = Static<typeof MailDocument>;

export const AdminListDocument = closed({ _id: Type.Literal(ADMINS), userIds: Type.Array(Uuid, { uniqueItems: true }) });
export type AdminListDocument = Static<typeof AdminListDocument>;

const SigningKey = closed({
  kty: oneOf('OKP', 'EC'),
  crv: oneOf('Ed25519', 'P-256'),
  x: Text,
  y: Type.Optional(Text),
  d: Text,
  kid: Text,
  alg: oneOf('EdDSA', 'ES256'),
  signsFrom: Type.Optional(EpochMs),
});

export const KeyRingDocument = closed({ _id: Type.Literal(KEY_RING), keys: Type.Array(SigningKey, { minItems: 1 }) });
export type KeyRingDocument = Static<typeof KeyRingDocument>;

/** `key`: 32 bytes, base64url. */
export const SealingKeyDocument = closed({ _id: Type.Literal(SEALING_KEY), key: Text });
export type SealingKeyDocument = Static<typeof SealingKeyDocument>;

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
