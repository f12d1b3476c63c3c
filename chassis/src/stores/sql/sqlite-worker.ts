import { StorageError } from '../../storage-error.ts';
import type { Row } from './sql-database.ts';
import { WritingConnection } from './sqlite-connection.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import type { SqlitePacket, SqliteReply, SqliteRequest } from './sqlite-thread.ts';

/** The thread's own side: many connections, one packet at a time, each executed before the next is taken. */
declare const self: Worker;

const connections = new Map<number, WritingConnection>();

self.addEventListener('message', ({ data: { id, connection, request } }: MessageEvent<SqlitePacket>) => {
  self.postMessage(replyTo(id, connection, request));
});

function replyTo(id: number, connection: number, request: SqliteRequest): SqliteReply {
  try {
    return { id, rows: carryOut(connection, request) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { id, error: { code: error instanceof StorageError ? error.code : sqliteDialect.errorCode(error), message } };
  }
}

function carryOut(number: number, request: SqliteRequest): readonly (readonly Row[])[] {
  if (request.kind === 'open') {
    connections.set(number, new WritingConnection(request.path, request.synchronous));
    return [];
  }
  const connection = connections.get(number);
  if (connection === undefined) throw new Error(`connection ${number} is not open`);
  const rows = connection.carryOut(request);
  if (request.kind === 'close') connections.delete(number);
  return rows;
}
