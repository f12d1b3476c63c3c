import type { Microservice } from '@souk/chassis/microservice';
import type { Cause } from '@souk/chassis/writer/input';
import type { ChangePassword } from '@souk/contracts/http/user';
import type { User } from '../domain/user.ts';
import type { Passwords } from '../passwords/passwords.ts';
import type { UserCollections } from '../storage/user-store.ts';
import type { ProvePassword } from './prove-password.ts';
import { replacePassword } from './replace-password.ts';

interface ChangePasswordDeps {
  readonly commands: Pick<Microservice<UserCollections>, 'execute'>;
  readonly passwords: Passwords;
  readonly provePassword: ProvePassword;
}

/** Who it is and in which session. */
interface Caller {
  readonly userId: string;
  readonly sessionId: string;
}

/** Undefined: the current password is another one. */
export function changePassword({ commands, passwords, provePassword }: ChangePasswordDeps) {
  return async (
    { userId, sessionId }: Caller,
    { currentPassword, newPassword }: ChangePassword,
    cause: Cause,
  ): Promise<User | undefined> => {
    const before = await provePassword(userId, currentPassword, cause);
    if (before === undefined) return undefined;
    const after = await passwords.hash(newPassword);
    return commands.execute(replacePassword, { userId, sessionId, before, after }, cause);
  };
}
