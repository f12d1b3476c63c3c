import type { SecondFactorProof } from '@souk/contracts/http/second-factor';
import type { Credential, FactorProof } from '../domain/credential.ts';
import { stepOf } from './one-time-codes.ts';
import { recoveryHash } from './recovery-codes.ts';
import type { SealedSecrets } from './sealed-secrets.ts';

export type Judged =
  /** undefined: no proof was shown, or there is no factor that it could belong to */
  | { readonly kind: 'judged'; readonly proof: FactorProof | undefined }
  | { readonly kind: 'code-wrong' }
  /** The key that sealed the secret is missing. */
  | { readonly kind: 'secret-unreadable' };

export type JudgeProof = ReturnType<typeof judgeProof>;

interface JudgeDeps {
  readonly secrets: SealedSecrets;
  /** Reports it to the operator: codes cannot be judged until the key is back. */
  keyMissing(): void;
  readonly now?: () => number;
}

/** Judges a proof outside of a decision. Only the decision knows whether the proof was used before. */
export function judgeProof({ secrets, keyMissing, now = Date.now }: JudgeDeps) {
  return async ({ userId, secondFactor }: Credential, { oneTimeCode, recoveryCode }: SecondFactorProof): Promise<Judged> => {
    if (recoveryCode !== undefined) return { kind: 'judged', proof: { kind: 'recovery-code', hash: recoveryHash(recoveryCode) } };
    if (secondFactor === null || oneTimeCode === undefined) return { kind: 'judged', proof: undefined };
    const { activeSince, sealed } = secondFactor;
    const secret = await secrets.open(userId, sealed);
    if (secret === undefined) {
      keyMissing();
      return { kind: 'secret-unreadable' };
    }
    const step = stepOf(secret, oneTimeCode, now());
    if (step === undefined) return { kind: 'code-wrong' };
    const current = (await secrets.isCurrent(sealed)) ? sealed : await secrets.seal(userId, secret);
    return { kind: 'judged', proof: { kind: 'one-time-code', activeSince, step, sealed: current } };
  };
}
