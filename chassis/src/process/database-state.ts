import type { Logger } from '../logging.ts';
import type { ProcessStore } from './service-process.ts';

const LIMIT_MS = 30_000;
const BETWEEN_TRIES_MS = 250;

/** Asks a database that may be only just starting until it answers; throws its last error when it does not come. */
export async function whenItAnswers<Answer>(ask: () => Promise<Answer>, logger: Logger): Promise<Answer> {
  const limit = performance.now() + LIMIT_MS;
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
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

/** Waits for the database. Throws SchemaBehindError. A schema that is ahead is fine: that is how services are upgraded one after the other. */
export async function schemaIsThere(store: Pick<ProcessStore, 'pendingMigrations'>, logger: Logger): Promise<void> {
  const pending = await whenItAnswers(() => store.pendingMigrations(), logger);
  if (pending.length > 0) throw new SchemaBehindError(pending);
}
