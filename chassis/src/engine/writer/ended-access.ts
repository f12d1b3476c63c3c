/** Access tokens live 15 minutes at most; what is left is for clocks that differ. */
export const ENDED_ACCESS_KEPT_MS = 20 * 60_000;

/** The parts of an access token that tell whether it was given before access ended. */
export interface Grant {
  readonly sessionId: string;
  /** Grows with every end of the user's access. */
  readonly generation: number;
}

/** Tokens of one user, or of one session, that are refused although they are good by themselves. */
export interface EndedAccess {
  /** the user's, or the session's */
  readonly id: string;
  /** Tokens of an earlier generation are refused; null: all. */
  readonly generation: number | null;
  /** Tokens of this session go on from this generation on. */
  readonly kept: Grant | null;
  /** epoch milliseconds, the database's clock, when it was stored here */
  readonly at: number;
}

/** Stored endings outside of transactions. */
export interface EndedAccessReads {
  /** Those that were stored at or after this time. */
  since(at: number): Promise<readonly EndedAccess[]>;
  /** Ids of those that were stored longer ago than this. */
  olderThan(ms: number, limit: number): Promise<readonly string[]>;
}

export function endsAccess({ generation, kept }: EndedAccess, token: Grant): boolean {
  if (generation === null) return true;
  if (token.generation >= generation) return false;
  return kept?.sessionId !== token.sessionId || token.generation < kept.generation;
}
