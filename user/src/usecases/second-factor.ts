import type { Principal } from '@souk/chassis/web/sign-in/principal';
import type { Engine } from '@souk/chassis/engine/engine';
import type { Cause } from '@souk/chassis/cause';
import { isPending } from '../domain/credential.ts';
import { stepOf } from '../second-factor/one-time-codes.ts';
import { newRecoveryCodes } from '../second-factor/recovery-codes.ts';
import type { SealedSecrets } from '../second-factor/sealed-secrets.ts';
import type { UserCollections, UserReads } from '../storage/user-store.ts';
import { attemptKey } from './attempt-key.ts';
import { beginAttempt, type Begun } from './count-attempts.ts';
import { endEnrolment } from './end-enrolment.ts';

interface ConfirmDeps {
  readonly commands: Pick<Engine<UserCollections>, 'execute'>;
  readonly reads: Pick<UserReads, 'credential'>;
  readonly secrets: SealedSecrets;
  readonly now?: () => number;
}

type Confirmed =
  | { readonly kind: 'confirmed'; readonly recoveryCodes: readonly string[] }
  | { readonly kind: 'none-pending' }
  | { readonly kind: 'code-wrong' }
  | Extract<Begun, { readonly kind: 'wait' }>;

/** Confirms the pending secret by its first code, which shows that the authenticator has it. Answers the recovery codes in clear. */
export function confirmEnrolment({ commands, reads, secrets, now = Date.now }: ConfirmDeps) {
  return async ({ userId, sessionId }: Principal, code: string, cause: Cause): Promise<Confirmed> => {
    const pending = (await reads.credential(userId))?.pendingFactor ?? null;
    if (!isPending(pending, now())) return { kind: 'none-pending' };
    const attempts = attemptKey.secondFactor(userId);
    const begun = await commands.execute(beginAttempt, { key: attempts, from: undefined }, cause);
    if (begun.kind === 'wait') return begun;
    const { sealed } = pending;
    const secret = await secrets.open(userId, sealed);
    if (secret === undefined) return { kind: 'none-pending' };
    const step = stepOf(secret, code, now());
    if (step === undefined) return { kind: 'code-wrong' };
    const { codes, hashes } = newRecoveryCodes();
    const isDone = await commands.execute(endEnrolment, { userId, sessionId, sealed, step, recoveryHashes: hashes, attempts }, cause);
    return isDone ? { kind: 'confirmed', recoveryCodes: codes } : { kind: 'none-pending' };
  };
}
