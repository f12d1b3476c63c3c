import type { Decision, UseCase } from '@souk/chassis/writer/use-case';
import type { Role } from '@souk/contracts/roles';
import { newCredential } from '../domain/credential.ts';
import { isoTime } from '../domain/published.ts';
import { newUser, type User } from '../domain/user.ts';
import type { UserCollections } from '../storage/user-store.ts';

export interface RegisterRequest {
  /** normalised */
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
}

export type Registration = { readonly kind: 'registered'; readonly user: User } | { readonly kind: 'email-taken' };

/** One address, one account: the first who asks has it. */
export const registerUser: UseCase<UserCollections, RegisterRequest, Registration> = {
  name: 'register user',
  keys: ({ email }) => ({ emails: [email] }),
  decide(request, world, { now, newId }) {
    if (world.get('emails', request.email) !== undefined) return { answer: { kind: 'email-taken' } };
    return registration(request, ['customer'], { id: newId(), now });
  },
};

/** The account, what proves it, and the news of it, which names nobody. */
export function registration(
  { email, name, passwordHash }: RegisterRequest,
  roles: readonly Role[],
  { id, now }: { readonly id: string; readonly now: number },
): Decision<UserCollections, { readonly kind: 'registered'; readonly user: User }> {
  const user = newUser({ id, email, name, roles, now });
  const data = { userId: id, registeredAt: isoTime(now) };
  return {
    answer: { kind: 'registered', user },
    puts: {
      users: [user],
      emails: [{ email, userId: id }],
      credentials: [newCredential(id, passwordHash)],
    },
    events: [{ type: 'user.registered', key: id, stream: id, version: user.version, data }],
  };
}
