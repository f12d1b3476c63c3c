import type { Engine } from '@souk/chassis/engine/engine';
import type { Cause } from '@souk/chassis/cause';
import { newSecret, otpauthUrl } from '../second-factor/one-time-codes.ts';
import type { SealedSecrets } from '../second-factor/sealed-secrets.ts';
import type { UserCollections, UserReads } from '../storage/user-store.ts';
import { beginEnrolment } from './begin-enrolment.ts';
import type { ProvePassword } from './prove-password.ts';

interface EnrolDeps {
  readonly commands: Pick<Engine<UserCollections>, 'execute'>;
  readonly reads: Pick<UserReads, 'user'>;
  readonly provePassword: ProvePassword;
  readonly secrets: SealedSecrets;
}

export type Enrol = ReturnType<typeof enrol>;

/** Makes a new secret for a user who knows the password; it is returned in clear and stored sealed. */
export function enrol({ commands, reads, provePassword, secrets }: EnrolDeps) {
  return async (userId: string, password: string, from: string | undefined, cause: Cause) => {
    const known = await provePassword(userId, password, from, cause);
    if (known.kind !== 'right') return known;
    const user = await reads.user(userId);
    if (user === undefined) return { kind: 'password-replaced' } as const;
    const secret = newSecret();
    const sealed = await secrets.seal(userId, secret);
    const begun = await commands.execute(beginEnrolment, { userId, passwordHash: known.passwordHash, sealed }, cause);
    return begun.kind === 'pending' ? { ...begun, secret, otpauthUrl: otpauthUrl(secret, user.email) } : begun;
  };
}
