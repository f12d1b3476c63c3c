const DAY_MS = 86_400_000;
/** Time for which a device is known: as long as browsers keep a cookie. */
const KNOWN_FOR_MS = 400 * DAY_MS;
/** Devices of a user at most: they are stored in the credential, which every sign-in reads. */
const DEVICE_LIMIT = 10;
/** Signing in more often renews nothing. */
const RENEWED_AFTER_MS = DAY_MS;

/** A device that has signed in to an account and can prove it. Its token gives no access, but strangers' failures do not delay it. */
export interface Device {
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
