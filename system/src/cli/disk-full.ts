/** Error codes of a full disk: SQLite's and the system's. */
const CODES: ReadonlySet<unknown> = new Set(['SQLITE_FULL', 'ENOSPC']);
const SQLITE_SAYS = 'database or disk is full';

/** True if a full disk caused the error: as the error itself, its cause, or one of several errors thrown while stopping. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (('code' in error && CODES.has(error.code)) || error.message.includes(SQLITE_SAYS)) return true;
  return isDiskFull(error.cause) || (error instanceof AggregateError && error.errors.some(isDiskFull));
}
