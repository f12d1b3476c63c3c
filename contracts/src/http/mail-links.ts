import { type Static, Type } from '@sinclair/typebox';
import { impersonal, secret } from '../personal.ts';
import { closed } from '../schema.ts';
import { Email, KnownPassword, NewPassword } from './user.ts';

/** The answer is the same whether anybody has the address. */
export const AskPasswordReset = closed({ email: Email });
export type AskPasswordReset = Static<typeof AskPasswordReset>;

/** The token as it stands in the mail. A text that is no token is refused like a spent one. */
const LinkToken = secret(Type.String({ minLength: 1, maxLength: 200 }));

export const ConfirmPasswordReset = closed({ token: LinkToken, newPassword: NewPassword });
export type ConfirmPasswordReset = Static<typeof ConfirmPasswordReset>;

/** A fresh proof by the password, so that a stolen token moves no account. */
export const AskEmailChange = closed({ email: Email, password: KnownPassword });
export type AskEmailChange = Static<typeof AskEmailChange>;

export const ConfirmEmail = closed({ token: LinkToken });
export type ConfirmEmail = Static<typeof ConfirmEmail>;

/** Says what may come of it, and nothing about whether there is an account. */
export const MailAsked = closed({ detail: impersonal(Type.String({ minLength: 1 })) });
export type MailAsked = Static<typeof MailAsked>;
