import { EXIT } from '@souk/chassis/service/lifecycle';

export { EXIT };

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

/** Runs a command and returns its exit code. Errors that the user can fix are printed to standard error in a few lines; others are thrown. */
export async function exitCodeOf(main: () => Promise<number>, help: string): Promise<number> {
  try {
    return await main();
  } catch (error) {
    if (error instanceof EnvironmentError) return told(EXIT.environment, `${error.message}\n${error.cure}\n`);
    if (error instanceof UsageError) return told(EXIT.usage, `${error.message}\n\n${help}`);
    throw error;
  }
}

function told(code: number, text: string): number {
  process.stderr.write(text);
  return code;
}

/** Error codes of a full disk: SQLite's and the system's. */
const CODES: ReadonlySet<unknown> = new Set(['SQLITE_FULL', 'ENOSPC']);
const SQLITE_SAYS = 'database or disk is full';

/** True if a full disk caused the error: as the error itself, its cause, or one of several errors thrown while stopping. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (('code' in error && CODES.has(error.code)) || error.message.includes(SQLITE_SAYS)) return true;
  return isDiskFull(error.cause) || (error instanceof AggregateError && error.errors.some(isDiskFull));
}
