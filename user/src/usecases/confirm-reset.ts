import type { Engine } from '@souk/chassis/engine/engine';
import type { Cause } from '@souk/chassis/cause';
import type { ConfirmPasswordReset } from '@souk/contracts/http/mail-links';
import { linkOf } from '../domain/mail-and-links.ts';
import type { MailTask } from '../mail/mail-task.ts';
import type { JudgePassword, PasswordRefused } from '../passwords/judge-password.ts';
import type { Passwords } from '../passwords/passwords.ts';
import type { UserCollections, UserReads } from '../storage/user-store.ts';
import { linkSecretHash, readLinkToken } from '../tokens/link-token.ts';
import { resetPassword } from './reset-password.ts';

interface ConfirmDeps {
  readonly commands: Pick<Engine<UserCollections, MailTask>, 'execute'>;
  readonly reads: Pick<UserReads, 'user' | 'accountLinks'>;
  readonly passwords: Passwords;
  readonly judgePassword: JudgePassword;
}

type Confirmed = { readonly kind: 'reset'; readonly userId: string } | { readonly kind: 'link-refused' } | PasswordRefused;

/** Sets a new password by a link; `from`: the client's address. Nothing is hashed without a valid link; a refused password spends none. */
export function confirmReset({ commands, reads, passwords, judgePassword: judging }: ConfirmDeps) {
  return async ({ token: text, newPassword }: ConfirmPasswordReset, from: string | undefined, cause: Cause): Promise<Confirmed> => {
    const token = readLinkToken(text);
    if (token === undefined) return { kind: 'link-refused' };
    const { userId } = token;
    const secretHash = linkSecretHash(token.secret);
    const person = await reads.user(userId);
    const link = linkOf(await reads.accountLinks(userId), ['reset-password'], secretHash, Date.now());
    if (person === undefined || link === undefined) return { kind: 'link-refused' };
    const fault = await judging(newPassword, person);
    if (fault !== undefined) return { kind: 'password-refused', fault };
    const passwordHash = await passwords.hash(newPassword, { queue: 'proof', from });
    const isReset = await commands.execute(resetPassword, { userId, secretHash, passwordHash, from }, cause);
    return isReset ? { kind: 'reset', userId } : { kind: 'link-refused' };
  };
}
