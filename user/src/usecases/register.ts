import type { Cause } from '@souk/chassis/cause';
import type { Decision } from '@souk/chassis/engine/writer/use-case';
import { ConfigError } from '@souk/chassis/service/config';
import { normalisedEmail } from '@souk/contracts/email';
import type { RegisterUser } from '@souk/contracts/http/user';
import type { Role } from '@souk/contracts/access-token';
import { ADMIN_NAME, type UserConfig } from '../config.ts';
import { asked, isFull, leftMs } from '../domain/attempts.ts';
import { newCredential } from '../domain/credential.ts';
import { noLinks } from '../domain/mail-and-links.ts';
import { isoTime } from '../domain/representations.ts';
import { ADMINS, completeRoles, newUser, type User, withAdmin } from '../domain/user.ts';
import { madeOnce } from '../made-once.ts';
import type { JudgePassword, PasswordRefused } from '../passwords/judge-password.ts';
import type { Passwords } from '../passwords/passwords.ts';
import type { UserCollections, UserCommands, UserReads, UserUseCase } from '../storage/user-store.ts';
import { attemptKey } from './count-attempts.ts';
import { tellByMail } from './tell-by-mail.ts';

interface RegisterDeps {
  readonly commands: UserCommands;
  readonly passwords: Passwords;
  readonly judgePassword: JudgePassword;
  readonly registrationsPerHour: number;
  readonly sendsMail: boolean;
  /** Resolves when there is a first admin. */
  admin(): Promise<void>;
}

type Registering = Registration | PasswordRefused | Extract<Admitted, { readonly kind: 'wait' }>;

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

interface Admission {
  /** of the client's address */
  readonly key: string;
  readonly perHour: number;
}

type Admitted = { readonly kind: 'admitted' } | { readonly kind: 'wait'; readonly ms: number };

/** Counts a registration before its password is hashed; in the database, so that replicas count together. */
const admitRegistration: UserUseCase<Admission, Admitted> = {
  name: 'admit registration',
  keys: ({ key }) => ({ attempts: [key] }),
  decide({ key, perHour }, world, { now }) {
    const before = world.get('attempts', key);
    if (isFull(before, perHour, now)) return { answer: { kind: 'wait', ms: leftMs(before, now) } };
    return { answer: { kind: 'admitted' }, puts: { attempts: [asked(before, key, now)] } };
  },
};

interface RegisterRequest {
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

type Registration = { readonly kind: 'registered'; readonly user: User } | { readonly kind: 'email-taken' };

/** Registers an account. An address has one account: the first request gets it. */
export const registerUser: UserUseCase<RegisterByMail, Registration> = {
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
function registration(
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

interface FirstAdminDeps {
  readonly config: Pick<UserConfig, 'admin'>;
  readonly commands: UserCommands;
  readonly reads: Pick<UserReads, 'hasAdmin'>;
  readonly passwords: Passwords;
  readonly judgePassword: JudgePassword;
  readonly logger: { error(message: string): void };
  /** Called for a forbidden password: a wrong setting like any other, found after the start because the lists take long to read. */
  refused(error: ConfigError): void;
}

/**
 * Makes sure that there is an admin, who can give others their roles. Called again, it does nothing, or retries what failed.
 * Only sign-ins and registrations wait for it, so that no stranger takes the admin's address; everything else runs without.
 */
export function firstAdmin(deps: FirstAdminDeps): () => Promise<void> {
  return madeOnce(() => make(deps));
}

const WRONG = { common: 'must not be among the first that are guessed', personal: "must be made of more than the address and the shop's name" } as const;

async function make({ config: { admin }, commands, reads, passwords, judgePassword, logger, refused }: FirstAdminDeps): Promise<void> {
  if (admin === undefined || (await reads.hasAdmin())) return;
  const fault = await judgePassword(admin.password, { email: admin.email, name: ADMIN_NAME });
  if (fault !== undefined) {
    logger.error(`there is no admin: SOUK_ADMIN_PASSWORD ${WRONG[fault]}; set another one`);
    return refused(new ConfigError([{ name: 'SOUK_ADMIN_PASSWORD', reason: WRONG[fault] }]));
  }
  const passwordHash = await passwords.hash(admin.password, { queue: 'registration', from: undefined });
  const request = { email: normalisedEmail(admin.email), name: ADMIN_NAME, passwordHash, mustChangePassword: admin.mustChangePassword };
  if ((await commands.execute(ensureFirstAdmin, request)) === 'email-taken') {
    logger.error('there is no admin: the address in SOUK_ADMIN_EMAIL is registered already; name another one');
  }
}

type FirstAdmin = 'made' | 'there-is-one' | 'email-taken';

/**
 * Makes an admin when there is none. An account that has the address already is left as it is: the person who registered
 * it has chosen its password, and would become admin.
 */
export const ensureFirstAdmin: UserUseCase<RegisterRequest, FirstAdmin> = {
  name: 'ensure first admin',
  keys: ({ email }) => ({ emails: [email], adminLists: [ADMINS] }),
  decide(request, world, { now, newId }) {
    const admins = world.get('adminLists', ADMINS);
    if (admins !== undefined && admins.userIds.length > 0) return { answer: 'there-is-one' };
    if (world.get('emails', request.email) !== undefined) return { answer: 'email-taken' };
    const id = newId();
    const decision = registration(request, completeRoles(['staff', 'admin']), { id, now });
    return { ...decision, answer: 'made', puts: { ...decision.puts, adminLists: [withAdmin(admins, id)] } };
  },
};
