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

const DAY_MS = 86_400_000;
/** Time for which a device is known: as long as browsers keep a cookie. */
const KNOWN_FOR_MS = 400 * DAY_MS;
/** Devices of a user at most: they are stored in the credential, which every sign-in reads. */
const DEVICE_LIMIT = 10;
/** Signing in more often renews nothing. */
const RENEWED_AFTER_MS = DAY_MS;

/** A device that has signed in to an account and can prove it. Its token gives no access, but strangers' failures do not delay it. */
interface Device {
  /** SHA-256 of its token */
  readonly hash: string;
  /** epoch milliseconds of its last sign-in, to the day */
  readonly at: number;
  /** True when it has shown its token at least once. */
  readonly cameBack: boolean;
}

export function isKnown(devices: readonly Device[], hash: string, now: number): boolean {
  return devices.some((device) => device.hash === hash && now - device.at < KNOWN_FOR_MS);
}

/** The devices after a sign-in of this one. If there are too many, one that never came back is dropped, else the one away for longest. */
export function withDevice(devices: readonly Device[], hash: string, now: number): readonly Device[] {
  const before = devices.find((device) => device.hash === hash);
  if (before?.cameBack === true && now - before.at < RENEWED_AFTER_MS) return devices;
  const others = devices.filter((device) => device !== before && now - device.at < KNOWN_FOR_MS);
  const after = [...others, { hash, at: now, cameBack: before !== undefined }];
  if (after.length <= DEVICE_LIMIT) return after;
  const leaving = others.find(({ cameBack }) => !cameBack) ?? others[0];
  return after.filter((device) => device !== leaving);
}
