import type { Device } from './device.ts';
import type { PendingFactor, SecondFactor } from './second-factor.ts';

/** The data that proves a user's identity, kept apart from the profile so that no reader of profiles ever holds it. */
export interface Credential {
  readonly userId: string;
  /** argon2id in the PHC string format, salt and parameters included */
  readonly passwordHash: string;
  /** True when others know the password, too: until it is changed, no token has more than a customer's rights. */
  readonly mustChange: boolean;
  /** Sessions belong to the epoch they were opened in; raising it ends all of them at once. */
  readonly sessionEpoch: number;
  /** Access tokens carry their generation; raising it ends all earlier ones, whether or not the sessions go on. */
  readonly accessGeneration: number;
  /** devices that have signed in, the latest last */
  readonly devices: readonly Device[];
  /** null: the password is enough */
  readonly secondFactor: SecondFactor | null;
  readonly pendingFactor: PendingFactor | null;
}

export function newCredential(userId: string, passwordHash: string, mustChange = false): Credential {
  return { userId, passwordHash, mustChange, sessionEpoch: 1, accessGeneration: 1, devices: [], secondFactor: null, pendingFactor: null };
}

/** Ends all access tokens. Sessions go on, and give new tokens with the present rights. */
export function endAccessTokens(credential: Credential): Credential {
  return { ...credential, accessGeneration: credential.accessGeneration + 1 };
}

export function endAllSessions(credential: Credential): Credential {
  return { ...endAccessTokens(credential), sessionEpoch: credential.sessionEpoch + 1 };
}

export function withoutFactor(credential: Credential): Credential {
  return { ...credential, secondFactor: null, pendingFactor: null };
}

/** Replaces the password. The old one, all sessions opened with it and all devices except `devices` become invalid. */
export function withPassword(credential: Credential, passwordHash: string, devices: readonly Device[] = []): Credential {
  return endAllSessions({ ...credential, passwordHash, mustChange: false, devices });
}
