import type { Engine } from '@souk/chassis/engine/engine';
import type { Cause } from '@souk/chassis/cause';
import type { SecondFactorProof } from '@souk/contracts/http/second-factor';
import type { FactorProof } from '../domain/credential.ts';
import type { Judged, JudgeProof } from '../second-factor/codes.ts';
import type { UserCollections, UserReads } from '../storage/user-store.ts';
import { attemptKey } from './attempt-key.ts';
import { beginAttempt, type Begun } from './count-attempts.ts';

interface ProveDeps {
  readonly commands: Pick<Engine<UserCollections>, 'execute'>;
  readonly reads: Pick<UserReads, 'credential'>;
  readonly judgeProof: JudgeProof;
}

/** The data that a decision needs to accept the proof, once. */
export interface Shown {
  readonly proof: FactorProof;
  /** the key of earlier tries, which are forgotten when the proof is accepted */
  readonly attempts: string;
}

export type ShownFactor =
  | { readonly kind: 'shown'; readonly shown: Shown }
  | { readonly kind: 'no-factor' }
  | Exclude<Judged, { readonly kind: 'judged' }>
  | Extract<Begun, { readonly kind: 'wait' }>;

export type ProveFactor = ReturnType<typeof proveFactor>;

/**
 * Checks a code of a signed-in user. Tries are counted apart from passwords: a right password between two guesses must not
 * reset the count.
 */
export function proveFactor({ commands, reads, judgeProof }: ProveDeps) {
  return async (userId: string, presented: SecondFactorProof, cause: Cause): Promise<ShownFactor> => {
    const credential = await reads.credential(userId);
    if (credential === undefined || credential.secondFactor === null) return { kind: 'no-factor' };
    const attempts = attemptKey.secondFactor(userId);
    const begun = await commands.execute(beginAttempt, { key: attempts, from: undefined }, cause);
    if (begun.kind === 'wait') return begun;
    const judged = await judgeProof(credential, presented);
    if (judged.kind !== 'judged') return judged;
    return judged.proof === undefined ? { kind: 'code-wrong' } : { kind: 'shown', shown: { proof: judged.proof, attempts } };
  };
}
