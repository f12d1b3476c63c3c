/** What secrets of second factors are sealed with where no setting names a key: whoever needs one first makes it. */
export interface SealingKey {
  readonly id: typeof SEALING_KEY;
  /** 32 bytes, base64url */
  readonly key: string;
}

/** There is one. */
export const SEALING_KEY = 'second-factors';
