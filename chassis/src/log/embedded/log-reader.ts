import { inspectLog, type LogInspection } from './inspection.ts';
import { openLogForReading } from './log-file.ts';
import { openOffsetStore } from './offset-store.ts';
import { openPartitionIndex } from './partition-index.ts';
import { loadTopics } from './topic-table.ts';

export interface LogReader extends LogInspection {
  close(): void;
}

/** Opens a reader of a log that another process may have open. It sees what was committed when it was opened. */
export function openLogReader(path: string): LogReader {
  const db = openLogForReading(path);
  // In one transaction, so that all parts are of the same moment.
  const load = db.transaction(() => ({ db, topics: loadTopics(db), index: openPartitionIndex(db), offsets: openOffsetStore(db) }));
  const deps = load.deferred();
  return { ...inspectLog(deps), close: () => db.close() };
}
