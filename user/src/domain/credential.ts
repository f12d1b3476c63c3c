import type { Device } from './device.ts';
import type { PendingFactor, SecondFactor } from './second-factor.ts';

/** What proves that somebody is the user, apart from the profile so that no reader of profiles ever holds it. */
export interface Credential {
  readonly userId: string;
  /** argon2id in the PHC string format, salt and parameters included */
  readonly passwordHash: string;
  /** Others know it too: until it is changed there is no token with more than a customer's rights. */
  readonly mustChange: boolean;
  /** Sessions belong to the epoch they were opened in; raising it ends all of them at once. */
  readonly sessionEpoch: number;
  /** Access tokens say which generation they are of; raising it ends those given before, whatever becomes of the sessions. */
  readonly accessGeneration: number;
  /** those that have signed in, the latest last */
  readonly devices: readonly Device[];
  /** null: the password is enough */
  readonly secondFactor: SecondFactor | null;
  readonly pendingFactor: PendingFactor | null;
}

export function newCredential(userId: string, passwordHash: string, mustChange = false): Credential {
  return { userId, passwordHash, mustChange, sessionEpoch: 1, accessGeneration: 1, devices: [], secondFactor: null, pendingFactor: null };
}

/** The sessions go on, and give tokens that say what holds now. */
export function endAccessTokens(credential: Credential): Credential {
  return { ...credential, accessGeneration: credential.accessGeneration + 1 };
}

export function endAllSessions(credential: Credential): Credential {
  return { ...endAccessTokens(credential), sessionEpoch: credential.sessionEpoch + 1 };
}

export function withoutFactor(credential: Credential): Credential {
  return { ...credential, secondFactor: null, pendingFactor: null };
}

/** The old password, all sessions opened with it and all devices lose their worth, except `devices`. */
export function withPassword(credential: Credential, passwordHash: string, devices: readonly Device[] = []): Credential {
  return endAllSessions({ ...credential, passwordHash, mustChange: false, devices });
}
