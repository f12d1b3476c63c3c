import type { Row, Statement, Write } from './statement.ts';
import type { StorageErrorCode } from '../../storage-error.ts';

export type Synchronous = 'FULL' | 'NORMAL';

/** Requests to the thread of a SQLite connection. A transaction that fails is rolled back there, at once. */
export type SqliteRequest =
  | { readonly kind: 'open'; readonly path: string; readonly synchronous: Synchronous }
  | { readonly kind: 'begin'; readonly reads: readonly Statement[] }
  /** Fails at once when another process is writing: for callers that can wait elsewhere. */
  | { readonly kind: 'begin-if-free' }
  | { readonly kind: 'read'; readonly reads: readonly Statement[] }
  /** One statement of a migration. When it fails, it alone is undone, and the transaction goes on. */
  | { readonly kind: 'step'; readonly statement: Statement }
  | { readonly kind: 'commit'; readonly writes: readonly Write[] }
  | { readonly kind: 'rollback' }
  /** Between transactions, see `checkpoints.ts`. */
  | { readonly kind: 'pause-checkpoints' }
  | { readonly kind: 'resume-checkpoints' }
  | { readonly kind: 'close' };

export interface SqlitePacket {
  readonly id: number;
  readonly connection: number;
  readonly request: SqliteRequest;
}

export type SqliteReply =
  | { readonly id: number; readonly rows: readonly (readonly Row[])[] }
  | { readonly id: number; readonly error: { readonly code: StorageErrorCode; readonly message: string } };
