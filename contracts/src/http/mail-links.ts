import { type Static, Type } from '@sinclair/typebox';
import { impersonal, secret } from '../personal.ts';
import { closed } from '../schema.ts';
import { Email, KnownPassword, NewPassword } from './user.ts';

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
