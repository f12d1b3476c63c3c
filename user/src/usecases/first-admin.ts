import { ConfigError } from '@souk/chassis/service/config';
import { normalisedEmail } from '@souk/contracts/email';
import { ADMIN_NAME, type UserConfig } from '../config.ts';
import { ADMINS, completeRoles, withAdmin } from '../domain/roles.ts';
import { madeOnce } from '../made-once.ts';
import type { JudgePassword } from '../passwords/judge-password.ts';
import type { Passwords } from '../passwords/passwords.ts';
import type { UserReads } from '../storage/user-store.ts';
import type { UserCommands, UserUseCase } from '../user-engine.ts';
import { type RegisterRequest, registration } from './register.ts';

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
