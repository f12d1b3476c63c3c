/**
 * What went wrong in a database, in the words its callers decide by:
 * - `unique`, `check`: a constraint said no; nothing of the transaction is there
 * - `retry`: dead lock, lock wait, busy; nothing of it is there, the whole transaction may run again
 * - `connection`: the server was not reached or lost before the commit was sent
 * - `commit-unknown`: the commit was sent, its answer was lost; look before you repeat
 * - `stale`: what was remembered is not what is there; nothing of it is there, decide again on what is read
 * - `other`: a defect of ours or of the schema
 */
export type StorageErrorCode = 'unique' | 'check' | 'retry' | 'connection' | 'commit-unknown' | 'stale' | 'other';

export class StorageError extends Error {
  constructor(
    readonly code: StorageErrorCode,
    cause: unknown,
    /** What can be done about it, for people. */
    cure?: string,
  ) {
    super(`storage: ${code}: ${cause instanceof Error ? cause.message : String(cause)}${cure === undefined ? '' : ` (${cure})`}`, { cause });
    this.name = 'StorageError';
  }

  /** Another try of the same transaction may succeed, and the input is not to blame. */
  get isInfrastructure(): boolean {
    return this.code === 'retry' || this.code === 'connection' || this.code === 'commit-unknown';
  }
}
