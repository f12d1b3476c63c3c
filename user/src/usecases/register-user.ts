import type { Decision, UseCase } from '@souk/chassis/engine/writer/use-case';
import type { Role } from '@souk/contracts/roles';
import { noLinks } from '../domain/mail-and-links.ts';
import { newCredential } from '../domain/credential.ts';
import { isoTime } from '../domain/representations.ts';
import { newUser, type User } from '../domain/user.ts';
import type { MailTask } from '../mail/mail-task.ts';
import type { UserCollections } from '../storage/user-store.ts';
import { tellByMail } from './tell-by-mail.ts';

export interface RegisterRequest {
  /** normalised */
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
  /** default: false, the owner has chosen the password */
  readonly mustChangePassword?: boolean;
}

interface RegisterByMail extends RegisterRequest {
  /** True: a mail asks to confirm the address. */
  readonly sendsMail: boolean;
}

export type Registration = { readonly kind: 'registered'; readonly user: User } | { readonly kind: 'email-taken' };

/** Registers an account. An address has one account: the first request gets it. */
export const registerUser: UseCase<UserCollections, RegisterByMail, Registration, MailTask> = {
  name: 'register user',
  keys: ({ email }) => ({ emails: [email] }),
  decide(request, world, { now, newId }) {
    if (world.get('emails', request.email) !== undefined) return { answer: { kind: 'email-taken' } };
    const id = newId();
    const registered = registration(request, ['customer'], { id, now });
    const { sendsMail, email: to } = request;
    const told = tellByMail(noLinks(id), [{ kind: 'confirm-email', to }], { now, newId, sendsMail });
    return { ...registered, puts: { ...registered.puts, ...told.puts }, tasks: told.tasks };
  },
};

/** The account, its credential, and the event of it, which names nobody. */
export function registration(
  { email, name, passwordHash, mustChangePassword }: RegisterRequest,
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
      credentials: [newCredential(id, passwordHash, mustChangePassword)],
    },
    events: [{ type: 'user.registered', key: id, stream: id, version: user.version, data }],
  };
}
