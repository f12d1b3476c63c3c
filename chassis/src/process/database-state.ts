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

/** The tables or collections are older than this program. */
export class SchemaBehindError extends Error {
  readonly code = 'schema-behind';
  constructor(readonly pending: readonly string[]) {
    super(`the schema lacks ${pending.join(', ')}: run this program with --migrate first`);
    this.name = 'SchemaBehindError';
  }
}

/** Throws SchemaBehindError. A schema that is ahead is fine: that is how services are upgraded one after the other. */
export async function schemaIsThere(store: Pick<ProcessStore, 'pendingMigrations'>): Promise<void> {
  const pending = await store.pendingMigrations();
  if (pending.length > 0) throw new SchemaBehindError(pending);
}
