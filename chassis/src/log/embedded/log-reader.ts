import { inspectLog, type LogInspection } from './inspection.ts';
import { openLogForReading } from './log-database.ts';
import { openOffsetStore } from './offset-store.ts';
import { openPartitionIndex } from './partition-index.ts';
import { loadTopics } from './topic-table.ts';

export interface LogReader extends LogInspection {
  close(): void;
}

/** Reads a log that another process may have open: what was committed when the reader was opened. */
export function openLogReader(path: string): LogReader {
  const db = openLogForReading(path);
  // All of it as of one moment.
  const load = db.transaction(() => ({ db, topics: loadTopics(db), index: openPartitionIndex(db), offsets: openOffsetStore(db) }));
  const deps = load.deferred();
  return { ...inspectLog(deps), close: () => db.close() };
}
