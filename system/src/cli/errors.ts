export { EXIT } from '@souk/chassis/service/exit-code';

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

/** Anything that parsing throws is the user's to mend. */
export function withUsage<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
