/**
 * Kinds of database failure that callers tell apart:
 * - `unique`, `check`: a constraint was violated; nothing of the transaction was applied
 * - `retry`: deadlock, lock time-out or busy; nothing was applied, the whole transaction may be retried
 * - `connection`: the server was not reached, or lost before the commit was sent
 * - `commit-unknown`: the commit was sent, its answer was lost; look it up before repeating the transaction
 * - `stale`: remembered entities differ from the stored ones; nothing was applied, decide again on what is read
 * - `other`: a defect of ours or of the schema
 */
export type StorageErrorCode = 'unique' | 'check' | 'retry' | 'connection' | 'commit-unknown' | 'stale' | 'other';

export class StorageError extends Error {
  constructor(
    readonly code: StorageErrorCode,
    cause: unknown,
    /** Remedy, for the person who reads the message. */
    cure?: string,
  ) {
    super(`storage: ${code}: ${cause instanceof Error ? cause.message : String(cause)}${cure === undefined ? '' : ` (${cure})`}`, { cause });
    this.name = 'StorageError';
  }

  /** A retry of the same transaction may succeed; the input is not to blame. */
  get isInfrastructure(): boolean {
    return this.code === 'retry' || this.code === 'connection' || this.code === 'commit-unknown';
  }
}
