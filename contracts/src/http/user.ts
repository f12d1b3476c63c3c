import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { Role } from '../access-token.ts';
import { AskedAddress, ShippingAddress } from '../address.ts';
import { noFreeText } from '../card-number.ts';
import { LONGEST_SENT } from '../email.ts';
import { Page, PagedQuery } from '../paging.ts';
import { closed, impersonal, nullable, oneOf, personal, secret } from '../schema.ts';
import { KeptName, Name, Reason, UtcTime, Uuid } from '../strings.ts';
import { SERVICES } from '../services.ts';

const KeptEmail = noFreeText(personal(Type.String({ format: 'email', maxLength: 254 })));
/** An address as a caller sends it. Its domain may be international; it is stored and answered in lower case and ASCII. */
export const Email = noFreeText(personal(Type.String({
  format: 'idn-email',
  maxLength: LONGEST_SENT,
  description: 'an e-mail address: a dot-atom of 64 octets at most, @, and a domain, 254 in all; spaces around it do not count',
})));
/** Looser than for registration: an address that nobody has is simply unknown. */
export const KnownEmail = noFreeText(personal(Type.String({ minLength: 1, maxLength: LONGEST_SENT })));

const Sentence = impersonal(Type.String({ minLength: 1 }));

export const NewPassword = secret(Type.String({ minLength: 12, maxLength: 128, pattern: '^[^\\u0000]*$', description: 'text without NUL' }));
/** Looser than a new one on purpose: one that is not the account's is simply wrong. */
export const KnownPassword = secret(Type.String({ minLength: 1, maxLength: 128 }));

export const RegisterUser = closed({
  email: Email,
  password: NewPassword,
  name: personal(Name),
});
export type RegisterUser = Static<typeof RegisterUser>;

/** `emailConfirmed`: a link that was sent there has been used; `disabledReason`: only of a disabled account. */
export const User = closed({
  id: Uuid,
  email: KeptEmail,
  emailConfirmed: Type.Boolean(),
  name: personal(KeptName),
  roles: Type.Array(Role, { minItems: 1, uniqueItems: true }),
  status: oneOf('active', 'disabled'),
  disabledReason: Type.Optional(personal(Reason)),
  version: Type.Integer({ minimum: 1 }),
  createdAt: UtcTime,
  updatedAt: UtcTime,
});
export type User = Static<typeof User>;

export const UserPage = Page(User);

/** `email`: the user with this address, however it is written; `role`: the users with this role. */
export const UserListQuery = PagedQuery({
  email: Type.Optional(KnownEmail),
  role: Type.Optional(Role),
});
export type UserListQuery = Static<typeof UserListQuery>;

export const ChangePassword = closed({ currentPassword: KnownPassword, newPassword: NewPassword });
export type ChangePassword = Static<typeof ChangePassword>;

export const DeleteAccount = closed({ password: KnownPassword });
export type DeleteAccount = Static<typeof DeleteAccount>;

/**
 * Lists everything that is still kept of a deleted user: by which service, why, and until when (null: for good). It states the rules, not the data of
 * this user.
 */
export const DeletionReceipt = closed({
  userId: Uuid,
  deletedAt: UtcTime,
  kept: Type.Array(closed({ by: oneOf(...SERVICES), what: Sentence, why: Sentence, until: nullable(Sentence) })),
});
export type DeletionReceipt = Static<typeof DeletionReceipt>;

const { line2, postalCode, region, phone, ...required } = AskedAddress.properties;
const label = Type.Optional(personal(Name));

/** A user's first address is the default whatever it says. */
export const CreateAddress = closed({ ...AskedAddress.properties, label, isDefault: Type.Optional(Type.Boolean()) });
export type CreateAddress = Static<typeof CreateAddress>;

/** JSON merge patch: null removes an optional field. */
export const PatchAddress = closed({
  ...Type.Partial(closed(required)).properties,
  line2: removable(line2),
  postalCode: removable(postalCode),
  region: removable(region),
  phone: removable(phone),
  label: removable(label),
  isDefault: Type.Optional(Type.Boolean()),
});
export type PatchAddress = Static<typeof PatchAddress>;

/** One of a user's addresses; when there are any, one of them is the default. */
export const Address = closed({
  ...ShippingAddress.properties,
  id: Uuid,
  label: Type.Optional(personal(KeptName)),
  isDefault: Type.Boolean(),
  version: Type.Integer({ minimum: 1 }),
  createdAt: UtcTime,
  updatedAt: UtcTime,
});
export type Address = Static<typeof Address>;

export const AddressPage = Page(Address);

/** Replaces the roles; `customer` stays in any case. */
export const ReplaceRoles = closed({ roles: Type.Array(Role, { maxItems: 3, uniqueItems: true }) });
export type ReplaceRoles = Static<typeof ReplaceRoles>;

/** `reason`: why an account is disabled, for other admins; left out when it is enabled again. */
export const ReplaceStatus = closed({ status: oneOf('active', 'disabled'), reason: Type.Optional(personal(Reason)) });
export type ReplaceStatus = Static<typeof ReplaceStatus>;

/** The answer is the same whether or not anybody has the address. */
export const AskPasswordReset = closed({ email: Email });
export type AskPasswordReset = Static<typeof AskPasswordReset>;

/** The token from the mail. A text that is no token is refused like a spent one. */
const LinkToken = secret(Type.String({ minLength: 1, maxLength: 200 }));

export const ConfirmPasswordReset = closed({ token: LinkToken, newPassword: NewPassword });
export type ConfirmPasswordReset = Static<typeof ConfirmPasswordReset>;

/** The password is asked again, so that a stolen access token cannot change an account's address. */
export const AskEmailChange = closed({ email: Email, password: KnownPassword });
export type AskEmailChange = Static<typeof AskEmailChange>;

export const ConfirmEmail = closed({ token: LinkToken });
export type ConfirmEmail = Static<typeof ConfirmEmail>;

/** Says what may happen next, and nothing about whether there is an account. */
export const MailAsked = closed({ detail: impersonal(Type.String({ minLength: 1 })) });
export type MailAsked = Static<typeof MailAsked>;

function removable<S extends TSchema>(schema: S) {
  return Type.Optional(nullable(schema));
}
