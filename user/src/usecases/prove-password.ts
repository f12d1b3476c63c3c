import type { Cause } from '@souk/chassis/writer/input';
import type { Passwords } from '../passwords/passwords.ts';
import type { UserReads } from '../storage/user-store.ts';

interface ProveDeps {
  readonly reads: Pick<UserReads, 'credential'>;
  readonly passwords: Passwords;
}

export type ProvePassword = ReturnType<typeof provePassword>;

/** Somebody who is signed in says the password once more. Answers the hash it was right for; undefined: it is wrong. */
export function provePassword({ reads, passwords }: ProveDeps) {
  return async (userId: string, password: string, _cause: Cause): Promise<string | undefined> => {
    const credential = await reads.credential(userId);
    const isRight = await passwords.matches(password, credential?.passwordHash);
    return isRight ? credential?.passwordHash : undefined;
  };
}
