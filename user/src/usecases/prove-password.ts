import type { Engine } from '@souk/chassis/engine/engine';
import type { Cause } from '@souk/chassis/cause';
import type { UserCollections, UserReads } from '../storage/user-store.ts';
import { attemptKey } from './attempt-key.ts';
import { forgetAttempts } from './end-attempt.ts';
import type { Tried, TryPassword } from './try-password.ts';

interface ProveDeps {
  readonly commands: Pick<Engine<UserCollections>, 'execute'>;
  readonly reads: Pick<UserReads, 'credential'>;
  readonly tryPassword: TryPassword;
}

export type ProvePassword = ReturnType<typeof provePassword>;

/** `passwordHash`: the hash that the password was right for. */
export type Proof =
  | { readonly kind: 'right'; readonly passwordHash: string }
  | Exclude<Tried, { readonly kind: 'right' }>;

/** Checks the password of a signed-in user once more. Somebody with only the token cannot guess for ever. `from`: the client's address. */
export function provePassword({ commands, reads, tryPassword: trying }: ProveDeps) {
  return async (userId: string, password: string, from: string | undefined, cause: Cause): Promise<Proof> => {
    const passwordHash = (await reads.credential(userId))?.passwordHash;
    const key = attemptKey.signedIn(userId);
    const tried = await trying({ key, from: undefined }, password, passwordHash, { queue: 'proof', from }, cause);
    if (tried.kind !== 'right') return tried;
    if (passwordHash === undefined) return { kind: 'wrong' };
    await commands.execute(forgetAttempts, { key }, cause);
    return { kind: 'right', passwordHash };
  };
}
