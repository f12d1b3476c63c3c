import { ConfigError } from '@souk/chassis/service/config';
import type { Engine } from '@souk/chassis/engine/engine';
import { normalisedEmail } from '@souk/contracts/email';
import { ADMIN_NAME, type UserConfig } from '../config.ts';
import { madeOnce } from '../made-once.ts';
import type { JudgePassword } from '../passwords/judge-password.ts';
import type { Passwords } from '../passwords/passwords.ts';
import type { UserCollections, UserReads } from '../storage/user-store.ts';
import { ensureFirstAdmin } from './ensure-first-admin.ts';

interface FirstAdminDeps {
  readonly config: Pick<UserConfig, 'admin'>;
  readonly commands: Pick<Engine<UserCollections>, 'execute'>;
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
