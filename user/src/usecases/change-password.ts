import type { Principal } from '@souk/chassis/web/sign-in/principal';
import type { Engine } from '@souk/chassis/engine/engine';
import type { Cause } from '@souk/chassis/cause';
import type { ChangePassword } from '@souk/contracts/http/user';
import type { User } from '../domain/user.ts';
import type { MailTask } from '../mail/mail-task.ts';
import type { JudgePassword, PasswordRefused } from '../passwords/judge-password.ts';
import type { Passwords } from '../passwords/passwords.ts';
import type { UserCollections, UserReads } from '../storage/user-store.ts';
import type { Proof, ProvePassword } from './prove-password.ts';
import { replacePassword } from './replace-password.ts';

interface ChangePasswordDeps {
  readonly commands: Pick<Engine<UserCollections, MailTask>, 'execute'>;
  readonly reads: Pick<UserReads, 'user'>;
  readonly passwords: Passwords;
  readonly judgePassword: JudgePassword;
  readonly provePassword: ProvePassword;
  readonly sendsMail: boolean;
}

type Changed =
  | { readonly kind: 'changed'; readonly user: User }
  | PasswordRefused
  | Exclude<Proof, { readonly kind: 'right' }>;

/** Changes the caller's password. `wrong` and `wait` concern the current one. `from`: the client's address. */
export function changePassword({ commands, reads, passwords, judgePassword: judging, provePassword, sendsMail }: ChangePasswordDeps) {
  return async (
    { userId, sessionId, generation }: Principal,
    { currentPassword, newPassword }: ChangePassword,
    from: string | undefined,
    cause: Cause,
    requireVersion?: (version: number) => void,
  ): Promise<Changed> => {
    const proof = await provePassword(userId, currentPassword, from, cause);
    if (proof.kind !== 'right') return proof;
    if (newPassword === currentPassword) return { kind: 'password-refused', fault: 'unchanged' };
    const person = await reads.user(userId);
    const fault = person && (await judging(newPassword, person));
    if (fault !== undefined) return { kind: 'password-refused', fault };
    const after = await passwords.hash(newPassword, { queue: 'proof', from });
    const asked = { userId, token: { sessionId, generation }, before: proof.passwordHash, after, sendsMail, ...(requireVersion && { requireVersion }) };
    const user = await commands.execute(replacePassword, asked, cause);
    return user === undefined ? { kind: 'wrong' } : { kind: 'changed', user };
  };
}
