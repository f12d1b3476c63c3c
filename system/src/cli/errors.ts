export { EXIT } from '@souk/chassis/service/lifecycle';

/** An error that the user can fix: it gives cause and cure in a few lines. */
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

/** Turns any error thrown by `parse` into a UsageError. */
export function withUsage<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
