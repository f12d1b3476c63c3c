import { Database, SQLiteError } from 'bun:sqlite';
import { EventLogError } from '../event-log-error.ts';

/**
 * Holds `<path>.lock` for as long as this process lives or until the returned function is called. It is an exclusive
 * SQLite lock on a file of its own: the kernel drops it when the process dies, and the data stays readable for others.
 */
export function lockData(path: string): () => void {
  const lock = new Database(`${path}.lock`, { create: true });
  try {
    lock.run('pragma busy_timeout = 0');
    lock.run('begin exclusive');
  } catch (error) {
    lock.close();
    if (error instanceof SQLiteError && error.code === 'SQLITE_BUSY') {
      throw new EventLogError('data-in-use', `The event log ${path} is in use by another process`, error);
    }
    throw error;
  }
  return () => lock.close();
}
