/** SQLite's word for it and the system's. */
const CODES: ReadonlySet<unknown> = new Set(['SQLITE_FULL', 'ENOSPC']);
const SQLITE_SAYS = 'database or disk is full';

/** Whether a full disk is behind an error: what was thrown while stopping has it among others. */
export function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (('code' in error && CODES.has(error.code)) || error.message.includes(SQLITE_SAYS)) return true;
  return isDiskFull(error.cause) || (error instanceof AggregateError && error.errors.some(isDiskFull));
}
