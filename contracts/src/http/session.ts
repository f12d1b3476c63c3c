import { type Static, Type } from '@sinclair/typebox';
import { Page } from '../paging.ts';
import { closed, impersonal, nullable, oneOf, secret } from '../schema.ts';
import { UtcTime, Uuid } from '../strings.ts';
import { KnownEmail, KnownPassword } from './user.ts';

/** A code by RFC 6238, as authenticators show it. Not called `code`: fields of that name belong to errors, and must stay readable in logs. */
export const OneTimeCode = secret(
  Type.String({ pattern: '^[0-9]{3} ?[0-9]{3}$', description: 'the six digits that the authenticator shows', examples: ['287082'] }),
);

/** Looser than the codes that are issued: spaces, dashes and case do not count, and one that is not the account's is simply wrong. */
export const RecoveryCode = secret(Type.String({ minLength: 1, maxLength: 60, description: 'one of the recovery codes; it is spent by that' }));

/** Looser than registration on purpose: whatever is not an account's is answered with the same 401. */
export const SignIn = {
  ...closed({
    email: KnownEmail,
    password: KnownPassword,
    deviceToken: Type.Optional(secret(Type.String({
      minLength: 1,
      maxLength: 200,
      description: 'the one that the last sign-in from this device was answered; one that is not of this account counts for nothing',
    }))),
    oneTimeCode: Type.Optional(OneTimeCode),
    recoveryCode: Type.Optional(RecoveryCode),
  }),
  examples: [{ email: 'anna@example.com', password: 'correct horse battery' }],
};
export type SignIn = Static<typeof SignIn>;

export const RefreshSession = closed({ refreshToken: secret(Type.String({ minLength: 1, maxLength: 500 })) });
export type RefreshSession = Static<typeof RefreshSession>;

/**
 * `expiresIn`: life of the access token in seconds. `secondFactorRequired`: the token lacks the roles staff and admin until the account has a second
 * factor and the session has given a code of it. `passwordChangeRequired`: the same until PUT /users/me/password; tokens of the next refresh have
 * them.
 */
export const GivenAccess = closed({
  accessToken: secret(Type.String({ minLength: 1 })),
  expiresIn: Type.Integer({ minimum: 1 }),
  tokenType: oneOf('Bearer'),
  secondFactorRequired: Type.Optional(Type.Literal(true)),
  passwordChangeRequired: Type.Optional(Type.Literal(true)),
});
export type GivenAccess = Static<typeof GivenAccess>;

export const SessionTokens = closed({ ...GivenAccess.properties, refreshToken: secret(Type.String({ minLength: 1 })) });
export type SessionTokens = Static<typeof SessionTokens>;

/** `deviceToken`: sent with the next sign-in from this device, which then cannot be delayed by other people's wrong guesses. It gives no access. */
export const OpenedSession = closed({ ...SessionTokens.properties, deviceToken: secret(Type.String({ minLength: 1 })) });
export type OpenedSession = Static<typeof OpenedSession>;

/** `current`: the session of the token that the request was made with. */
export const Session = closed({
  id: Uuid,
  current: Type.Boolean(),
  createdAt: UtcTime,
  lastUsedAt: UtcTime,
  expiresAt: UtcTime,
});
export type Session = Static<typeof Session>;

export const SessionPage = Page(Session);

/** Exactly one of the two, which the route checks. */
export const SecondFactorProof = {
  ...closed({ oneTimeCode: Type.Optional(OneTimeCode), recoveryCode: Type.Optional(RecoveryCode) }),
  examples: [{ oneTimeCode: '287082' }],
};
export type SecondFactorProof = Static<typeof SecondFactorProof>;

export const EnrolSecondFactor = closed({ password: KnownPassword });
export type EnrolSecondFactor = Static<typeof EnrolSecondFactor>;

/** `secret`: base32; `otpauthUrl`: the same as a URL, for the QR code that authenticators scan. Has no effect before it is confirmed. */
export const SecondFactorEnrolment = closed({
  secret: secret(Type.String({ minLength: 32 })),
  otpauthUrl: secret(Type.String({ minLength: 1 })),
  expiresAt: UtcTime,
});
export type SecondFactorEnrolment = Static<typeof SecondFactorEnrolment>;

export const ConfirmSecondFactor = closed({ oneTimeCode: OneTimeCode });
export type ConfirmSecondFactor = Static<typeof ConfirmSecondFactor>;

/** Shown once: only their hashes are stored. */
export const RecoveryCodes = closed({ recoveryCodes: secret(Type.Array(secret(Type.String({ minLength: 1 })))) });
export type RecoveryCodes = Static<typeof RecoveryCodes>;

/** `pendingUntil`: a secret was issued and waits for its first code until then; null: none does. */
export const SecondFactorState = closed({
  active: Type.Boolean(),
  activeSince: nullable(UtcTime),
  recoveryCodesLeft: Type.Integer({ minimum: 0 }),
  pendingUntil: nullable(UtcTime),
});
export type SecondFactorState = Static<typeof SecondFactorState>;

export const RemoveSecondFactor = {
  ...closed({ password: KnownPassword, ...SecondFactorProof.properties }),
  examples: [{ password: 'correct horse battery', oneTimeCode: '287082' }],
};
export type RemoveSecondFactor = Static<typeof RemoveSecondFactor>;

const Public = impersonal(Type.String({ minLength: 1 }));

/** `signsFrom`: time from which access tokens are signed with the new key; the previous key verifies until its tokens have expired. */
export const SigningKeyRotation = closed({ kid: Public, signsFrom: UtcTime });
export type SigningKeyRotation = Static<typeof SigningKeyRotation>;

/** RFC 7517, public keys only: closed, so that a private part (`d`) can never pass. */
export const Jwks = closed({
  keys: Type.Array(
    closed({
      kty: oneOf('OKP', 'EC'),
      crv: Public,
      x: Public,
      y: Type.Optional(Public),
      kid: Public,
      alg: oneOf('EdDSA', 'ES256'),
      use: oneOf('sig'),
    }),
  ),
});
export type Jwks = Static<typeof Jwks>;
