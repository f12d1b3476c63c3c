/** The key that seals (encrypts) the secrets of second factors when no setting names one. The first process that needs it makes it. */
export interface SealingKey {
  readonly id: typeof SEALING_KEY;
  /** 32 bytes, base64url */
  readonly key: string;
}

/** Id of the only key. */
export const SEALING_KEY = 'second-factors';
