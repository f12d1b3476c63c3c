import type { Engine } from '@souk/chassis/engine/engine';
import type { Cause } from '@souk/chassis/cause';
import { normalisedEmail } from '@souk/contracts/email';
import type { RegisterUser } from '@souk/contracts/http/user';
import type { MailTask } from '../mail/mail-task.ts';
import type { JudgePassword, PasswordRefused } from '../passwords/judge-password.ts';
import type { Passwords } from '../passwords/passwords.ts';
import type { UserCollections } from '../storage/user-store.ts';
import { type Admitted, admitRegistration } from './admit-registration.ts';
import { attemptKey } from './attempt-key.ts';
import { type Registration, registerUser } from './register-user.ts';

interface RegisterDeps {
  readonly commands: Pick<Engine<UserCollections, MailTask>, 'execute'>;
  readonly passwords: Passwords;
  readonly judgePassword: JudgePassword;
  readonly registrationsPerHour: number;
  readonly sendsMail: boolean;
  /** Resolves when there is a first admin. */
  admin(): Promise<void>;
}

export type Registering = Registration | PasswordRefused | Extract<Admitted, { readonly kind: 'wait' }>;

/**
 * Registers a user. Hashes before the decision: 25 ms of work has no place where all requests wait for each other. `from`:
 * the client's address, whose registrations an hour are limited; one with a taken e-mail address counts, too.
 */
export function register({ commands, passwords, judgePassword: judging, sendsMail, registrationsPerHour: perHour, admin }: RegisterDeps) {
  return async ({ email: address, password, name }: RegisterUser, from: string | undefined, cause: Cause): Promise<Registering> => {
    const email = normalisedEmail(address);
    const fault = await judging(password, { email, name });
    if (fault !== undefined) return { kind: 'password-refused', fault };
    await admin();
    const key = from && attemptKey.registrations(from);
    const admitted = key === undefined ? undefined : await commands.execute(admitRegistration, { key, perHour }, cause);
    if (admitted?.kind === 'wait') return admitted;
    const passwordHash = await passwords.hash(password, { queue: 'registration', from });
    return commands.execute(registerUser, { email, name, passwordHash, sendsMail }, cause);
  };
}
