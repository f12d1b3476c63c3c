/** What the commands of this repository end with. */
export const EXIT = {
  ok: 0,
  /** A story or a check failed. */
  failed: 1,
  /** Wrong usage. */
  usage: 2,
  /** A busy port, a folder that cannot be written, a missing server. */
  environment: 3,
} as const;

/** What the user can do something about: cause and cure, in a few lines. */
export class EnvironmentError extends Error {
  readonly code = 'environment';
  constructor(
    cause: string,
    readonly cure: string,
    options?: ErrorOptions,
  ) {
    super(cause, options);
    this.name = 'EnvironmentError';
  }
}

export class UsageError extends Error {
  readonly code = 'usage';
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
