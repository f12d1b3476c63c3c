import { StorageError, type StorageErrorCode } from '../../storage-error.ts';
import type { Row, Statement, Write } from './sql-database.ts';

/** Sends packets to the thread that writes; answers come in the order of their packets. */
export interface SqliteThread {
  ask(connection: number, request: SqliteRequest): Promise<readonly (readonly Row[])[]>;
}

interface Waiting {
  resolve(rows: readonly (readonly Row[])[]): void;
  reject(error: StorageError): void;
}

let shared: SqliteThread | undefined;

/**
 * One thread for all databases of the process: while it waits for the disk, the event loop accepts requests and decides.
 * It does not keep the process alive.
 */
export function sqliteThread(): SqliteThread {
  return (shared ??= startThread());
}

function startThread(): SqliteThread {
  const worker = new Worker(new URL('sqlite-worker.ts', import.meta.url));
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let death: StorageError | undefined;
  worker.addEventListener('message', ({ data }: MessageEvent<SqliteReply>) => {
    const asked = waiting.get(data.id);
    waiting.delete(data.id);
    if (waiting.size === 0) worker.unref();
    if ('rows' in data) asked?.resolve(data.rows);
    else asked?.reject(new StorageError(data.error.code, new Error(data.error.message)));
  });
  // The thread itself has died: the outcome of the transactions in it is unknown. Its databases stay closed, and report that.
  worker.addEventListener('error', ({ message }) => {
    shared = undefined;
    death = new StorageError('connection', new Error(`the thread that writes has died: ${message}`));
    for (const { reject } of waiting.values()) reject(new StorageError('commit-unknown', death));
    waiting.clear();
  });
  worker.unref();
  return {
    ask: (connection, request) =>
      new Promise((resolve, reject) => {
        if (death !== undefined) {
          reject(death);
          return;
        }
        const packet: SqlitePacket = { id: (lastId += 1), connection, request };
        if (waiting.size === 0) worker.ref();
        waiting.set(packet.id, { resolve, reject });
        worker.postMessage(packet);
      }),
  };
}

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
