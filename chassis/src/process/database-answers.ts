import type { Logger } from '../logging.ts';
import type { ProcessStore } from './service-process.ts';

const LIMIT_MS = 30_000;
const BETWEEN_TRIES_MS = 250;

/** Waits for a database that is only just starting; throws its last error when it does not come. */
export async function databaseAnswers(store: Pick<ProcessStore, 'check'>, logger: Logger): Promise<void> {
  const limit = performance.now() + LIMIT_MS;
  for (let tries = 1; ; tries += 1) {
    try {
      await store.check();
      return;
    } catch (error) {
      if (performance.now() > limit) throw error;
      if (tries === 1) logger.warn({ err: error }, 'waiting for the database');
    }
    await Bun.sleep(BETWEEN_TRIES_MS);
  }
}
