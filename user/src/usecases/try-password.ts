import type { Engine } from '@souk/chassis/engine/engine';
import type { Cause } from '@souk/chassis/cause';
import { OverloadedError } from '@souk/chassis/input-errors';
import type { Asker, Passwords } from '../passwords/passwords.ts';
import type { UserCollections } from '../storage/user-store.ts';
import { type Attempt, beginAttempt, type Begun } from './count-attempts.ts';
import { countAddress, withdrawAttempt } from './end-attempt.ts';

interface TryDeps {
  readonly commands: Pick<Engine<UserCollections>, 'execute'>;
  readonly passwords: Passwords;
}

/** `wait`: too many were wrong, and this one was not checked. */
export type Tried = { readonly kind: 'right' } | { readonly kind: 'wrong' } | Extract<Begun, { readonly kind: 'wait' }>;

export type TryPassword = ReturnType<typeof tryPassword>;

/**
 * Checks a password against a hash, subject to the attempt limit. Without a hash it does the same work in the same time.
 * A caller that gets `right` forgets the attempts (`countedFor`) together with its own writes.
 */
export function tryPassword({ commands, passwords }: TryDeps) {
  return async (attempt: Attempt, password: string, hash: string | undefined, asker: Asker, cause: Cause): Promise<Tried> => {
    const begun = await commands.execute(beginAttempt, attempt, cause);
    if (begun.kind === 'wait') return begun;
    try {
      if (await passwords.matches(password, hash, asker)) return { kind: 'right' };
    } catch (error) {
      if (error instanceof OverloadedError) await commands.execute(withdrawAttempt, attempt, cause);
      throw error;
    }
    if (attempt.from !== undefined) await commands.execute(countAddress, { key: attempt.from.address }, cause);
    return { kind: 'wrong' };
  };
}
