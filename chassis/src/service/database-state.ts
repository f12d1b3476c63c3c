import type { ServiceStore } from '../engine/service-store.ts';
import { StorageError } from '../storage-error.ts';
import { mysqlAddress } from '../stores/sql/mysql-address.ts';
import type { Logger } from '../telemetry/logging.ts';

/** The part of a store that a process needs; the service itself needs more. */
export type ProgramStore = Pick<ServiceStore<never>, 'migrate' | 'pendingMigrations' | 'close'>;

const LIMIT_MS = 30_000;
const BETWEEN_TRIES_MS = 250;
/** Milliseconds in which running work may still end by itself when the process is to stop. */
const GRACE_MS = 1000;

export interface Waiting {
  readonly logger: Logger;
  /** Aborted: nobody waits any longer. */
  readonly ending: AbortSignal;
}

/**
 * Asks a database that is just starting, or has gone away meanwhile, until it answers. Throws its last error if it does not
 * answer in time, any other error at once, and the signal's reason soon after the signal is aborted.
 */
export async function whenItAnswers<Answer>(ask: () => Promise<Answer>, { logger, ending }: Waiting): Promise<Answer> {
  const startedAt = performance.now();
  for (let tries = 1; ; tries += 1) {
    try {
      const answer = await unlessEnding(ending, ask());
      if (tries > 1) logger.info({ waitedMs: Math.round(performance.now() - startedAt) }, 'the database answers');
      return answer;
    } catch (error) {
      ending.throwIfAborted();
      if (!(error instanceof StorageError && error.isInfrastructure) || performance.now() - startedAt > LIMIT_MS) throw error;
      if (tries === 1) logger.warn({ err: error }, `waiting for the database, ${LIMIT_MS / 1000} s at most`);
    }
    await unlessEnding(ending, Bun.sleep(BETWEEN_TRIES_MS));
  }
}

/** Resolves to the result of the work. Rejects a moment after the signal, and abandons work that does not end by itself. */
export async function unlessEnding<T>(ending: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise: left, reject } = Promise.withResolvers<never>();
  let grace: ReturnType<typeof setTimeout> | undefined;
  const end = (): void => {
    grace = setTimeout(() => reject(ending.reason), GRACE_MS);
  };
  if (ending.aborted) end();
  else ending.addEventListener('abort', end);
  try {
    return await Promise.race([work, left]);
  } finally {
    clearTimeout(grace);
    ending.removeEventListener('abort', end);
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

/** Waits for the database. Throws SchemaBehindError. A newer schema is fine: that is how services are upgraded one after the other. */
export async function requireCurrentSchema(store: Pick<ProgramStore, 'pendingMigrations'>, waiting: Waiting): Promise<void> {
  const pending = await whenItAnswers(() => store.pendingMigrations(), waiting);
  if (pending.length > 0) throw new SchemaBehindError(pending);
}

/**
 * The driver's own options (https://www.mongodb.com/docs/manual/reference/connection-string-options/#tls-options), in lower
 * case; their case does not matter.
 */
const MONGODB_OPTIONS: ReadonlySet<string> = new Set(['tlsinsecure', 'tlsallowinvalidcertificates', 'tlsallowinvalidhostnames']);

/**
 * The options in a database's URL that leave the TLS server unverified; empty: it is verified, or there is no TLS. Throws
 * MysqlAddressError.
 */
export function unprovenBy(url: string): readonly string[] {
  if (url.startsWith('mysql:')) {
    const { ssl } = mysqlAddress(url);
    if (ssl === undefined) return [];
    return [ssl.rejectUnauthorized === false && 'rejectUnauthorized: false', ssl.verifyIdentity === false && 'verifyIdentity: false'].filter((option) => option !== false);
  }
  // A list of hosts is not a valid host of a URL.
  const options = new URLSearchParams(url.slice(url.indexOf('?') + 1));
  return [...options].filter(([name, value]) => MONGODB_OPTIONS.has(name.toLowerCase()) && value === 'true').map(([name]) => name);
}
