import { Database } from 'bun:sqlite';
import { inspectLog, type LogInspection } from './inspection.ts';
import { openOffsetBook } from './offset-book.ts';
import { openRunIndex } from './run-index.ts';
import { loadTopics } from './topic-table.ts';

export interface LogReader extends LogInspection {
  close(): void;
}

/** Reads a log that another process may have open: what was committed when the reader was opened. */
export function openLogReader(path: string): LogReader {
  const db = new Database(path, { readonly: true });
  db.run('pragma busy_timeout = 5000');
  const deps = { db, topics: loadTopics(db), index: openRunIndex(db), offsets: openOffsetBook(db) };
  return { ...inspectLog(deps), close: () => db.close() };
}
