/** The key that seals the secrets of second factors where no setting names one. The first process that needs it makes it. */
export interface SealingKey {
  readonly id: typeof SEALING_KEY;
  /** 32 bytes, base64url */
  readonly key: string;
}

/** There is one. */
export const SEALING_KEY = 'second-factors';
