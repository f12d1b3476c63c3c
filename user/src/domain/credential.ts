/** What proves that somebody is the user, apart from the profile so that no reader of profiles ever holds it. */
export interface Credential {
  readonly userId: string;
  /** argon2id in the PHC string format, salt and parameters included */
  readonly passwordHash: string;
  /** Sessions belong to the epoch they were opened in; raising it ends all of them at once. */
  readonly sessionEpoch: number;
}

export function endAllSessions(credential: Credential): Credential {
  return { ...credential, sessionEpoch: credential.sessionEpoch + 1 };
}

/** Whoever had the old password, or a session opened with it, has nothing any more. */
export function withPassword(credential: Credential, passwordHash: string): Credential {
  return endAllSessions({ ...credential, passwordHash });
}
