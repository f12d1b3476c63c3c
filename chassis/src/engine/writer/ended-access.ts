/** Access tokens live at most 15 minutes; the rest allows for clock differences. */
export const ENDED_ACCESS_KEPT_MS = 20 * 60_000;

/** The parts of an access token that tell whether it was issued before access ended. */
export interface Grant {
  readonly sessionId: string;
  /** Increases each time the user's access ends. */
  readonly generation: number;
}

/** Tokens of one user, or of one session, that are refused although they are valid in themselves. */
export interface EndedAccess {
  /** the user's, or the session's */
  readonly id: string;
  /** Tokens of an earlier generation are refused; null: all tokens are. */
  readonly generation: number | null;
  /** Tokens of this session stay valid from this generation on. */
  readonly kept: Grant | null;
  /** time of storage here: epoch milliseconds by the database's clock */
  readonly at: number;
}

/** Reads of ended access, outside of transactions. */
export interface EndedAccessReads {
  /** Entries stored at or after this time. */
  since(at: number): Promise<readonly EndedAccess[]>;
  /** Ids of entries stored longer ago than this. */
  olderThan(ms: number, limit: number): Promise<readonly string[]>;
}

export function endsAccess({ generation, kept }: EndedAccess, token: Grant): boolean {
  if (generation === null) return true;
  if (token.generation >= generation) return false;
  return kept?.sessionId !== token.sessionId || token.generation < kept.generation;
}
