import { type Static, Type } from '@sinclair/typebox';
import { secret } from '../personal.ts';
import { closed, nullable } from '../schema.ts';
import { UtcTime } from '../time.ts';

/** A code by RFC 6238, as authenticators show it. Not called `code`: fields of that name belong to errors, and must stay readable in logs. */
export const OneTimeCode = secret(
  Type.String({ pattern: '^[0-9]{3} ?[0-9]{3}$', description: 'the six digits that the authenticator shows', examples: ['287082'] }),
);

/** Looser than the codes that are issued: spaces, dashes and case do not count, and one that is not the account's is simply wrong. */
export const RecoveryCode = secret(Type.String({ minLength: 1, maxLength: 60, description: 'one of the recovery codes; it is spent by that' }));

/** Exactly one of the two, which the route checks. */
export const SecondFactorProof = {
  ...closed({ oneTimeCode: Type.Optional(OneTimeCode), recoveryCode: Type.Optional(RecoveryCode) }),
  examples: [{ oneTimeCode: '287082' }],
};
export type SecondFactorProof = Static<typeof SecondFactorProof>;

const KnownPassword = secret(Type.String({ minLength: 1, maxLength: 128 }));

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
