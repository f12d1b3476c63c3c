import { Address, User as PublishedUser } from '@souk/contracts/http/user';
import { Uuid } from '@souk/contracts/strings';
import { closed, nullable, oneOf, personal } from '@souk/contracts/schema';
import { type Static, Type } from '@sinclair/typebox';
import { KEY_RING, SEALING_KEY } from '../domain/stored-keys.ts';
import { ADMINS } from '../domain/user.ts';

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
