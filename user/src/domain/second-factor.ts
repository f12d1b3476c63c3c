/** Long enough to find the phone and to set up the authenticator. */
const PENDING_MS = 15 * 60_000;

/** A secret that the user's authenticator knows. Times are epoch milliseconds. */
export interface SecondFactor {
  /** the secret as only this service can read it (`second-factor/sealed-secrets.ts`) */
  readonly sealed: string;
  readonly activeSince: number;
  /** The time step of the last accepted code. No code of this step, or of an earlier one, is accepted any more. */
  readonly lastStep: number;
  /** SHA-256 of the recovery codes that are left */
  readonly recoveryHashes: readonly string[];
}

/** A secret that was handed out and has not been used yet: it proves nothing. */
export interface PendingFactor {
  readonly sealed: string;
  readonly expiresAt: number;
}

/** A proof of the second factor, checked as far as the secret goes. The decision checks if it was used before. */
export type FactorProof =
  | {
      readonly kind: 'one-time-code';
      /** of the factor whose secret the code fits */
      readonly activeSince: number;
      /** the time step of the code */
      readonly step: number;
      /** the secret, sealed with the present key */
      readonly sealed: string;
    }
  | { readonly kind: 'recovery-code'; readonly hash: string };

export function pendingFactor(sealed: string, now: number): PendingFactor {
  return { sealed, expiresAt: now + PENDING_MS };
}

export function isPending(pending: PendingFactor | null, now: number): pending is PendingFactor {
  return pending !== null && now < pending.expiresAt;
}

/** The factor after the proof was accepted; undefined: the proof is wrong, or was used before. */
export function withProof(factor: SecondFactor, proof: FactorProof): SecondFactor | undefined {
  switch (proof.kind) {
    case 'one-time-code': {
      const { activeSince, step, sealed } = proof;
      return activeSince === factor.activeSince && step > factor.lastStep ? { ...factor, lastStep: step, sealed } : undefined;
    }
    case 'recovery-code': {
      const left = factor.recoveryHashes.filter((hash) => hash !== proof.hash);
      return left.length < factor.recoveryHashes.length ? { ...factor, recoveryHashes: left } : undefined;
    }
    default:
      return proof satisfies never;
  }
}

/** Number of recovery codes that are left when the proof was one of them; null: it was another proof. */
export function recoveryCodesLeft({ recoveryHashes }: SecondFactor, { kind }: FactorProof): number | null {
  return kind === 'recovery-code' ? recoveryHashes.length : null;
}
