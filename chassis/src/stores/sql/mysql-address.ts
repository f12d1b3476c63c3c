import type { SslOptions } from 'mysql2';

/** The address of a MySQL database and its user, as mysql2 takes them. */
interface MysqlAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Empty for no database, as needed to create one. */
  readonly database: string;
  readonly ssl?: SslOptions;
}

const DEFAULT_PORT = 3306;

/** A URL that is not accepted. The message gives the reason without quoting the URL, which holds a password. */
export class MysqlAddressError extends Error {
  readonly code = 'mysql-address-wrong';
  constructor(why: string) {
    super(`a MySQL URL ${why}`);
    this.name = 'MysqlAddressError';
  }
}

/**
 * Parses `mysql://user:password@host:port/database?ssl=…` for every connection, because mysql2's own parser is too lenient:
 * with `ssl` it verifies who signed the server's certificate, but not its name; parameters it does not know (`sslmode=…`) it
 * ignores, and connects in plain text; those it knows (`multipleStatements=…`) override our options. Throws MysqlAddressError.
 */
export function mysqlAddress(url: string): MysqlAddress {
  const parsed = URL.parse(url);
  if (parsed === null) throw new MysqlAddressError('is mysql://user:password@host:port/database');
  const unknown = [...parsed.searchParams.keys()].filter((name) => name !== 'ssl');
  if (unknown.length > 0) throw new MysqlAddressError(`has no parameter ${[...new Set(unknown)].join(', ')}; TLS is ssl={} (URL-encoded)`);
  const ssl = parsed.searchParams.get('ssl');
  const { hostname } = parsed;
  return {
    host: hostname.startsWith('[') ? hostname.slice(1, -1) : decoded(hostname),
    port: parsed.port === '' ? DEFAULT_PORT : Number(parsed.port),
    user: decoded(parsed.username),
    password: decoded(parsed.password),
    database: decoded(parsed.pathname.slice(1)),
    ...(ssl !== null && ssl !== 'false' && { ssl: sslOf(ssl) }),
  };
}

/** The signature and the name are verified unless the URL itself turns that off. */
function sslOf(given: string): SslOptions {
  const said = given === 'true' ? {} : parsedJson(given);
  if (typeof said !== 'object' || said === null || Array.isArray(said)) {
    throw new MysqlAddressError('has its ssl as JSON: {}, or with ca, cert, key as PEM texts; true means {}');
  }
  const { rejectUnauthorized, verifyIdentity, ...rest } = said as SslOptions;
  return { ...rest, rejectUnauthorized: rejectUnauthorized !== false, verifyIdentity: verifyIdentity !== false };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new MysqlAddressError('has % only before two hexadecimal digits (%25 is a percent sign)');
  }
}

/** Compares byte by byte and without padding: the older `utf8mb4_bin` ignores blanks at the end. */
export const COLLATION = 'utf8mb4_0900_bin';

export type SessionVariables = Readonly<Record<string, string | number>>;

/**
 * Session variables that our statements rely on. A server may default to anything else (its files, `init_connect`, a colleague's
 * `set global`), so every connection sets them all; any user may set each of them. Limits are in seconds unless noted otherwise.
 */
const RELIED_ON: SessionVariables = {
  // A statement is a transaction unless `begin` says otherwise. Its end neither begins another one (CHAIN) nor ends the session (RELEASE).
  autocommit: 1,
  completion_type: 'NO_CHAIN',
  transaction_isolation: 'READ-COMMITTED',
  transaction_read_only: 0,
  // Without NO_BACKSLASH_ESCAPES: mysql2 escapes with backslashes.
  sql_mode: 'TRADITIONAL,ONLY_FULL_GROUP_BY',
  time_zone: '+00:00',
  // Needed where the server ignores what a client asks for (character_set_client_handshake).
  character_set_client: 'utf8mb4',
  character_set_results: 'utf8mb4',
  collation_connection: COLLATION,
  // Changes by any column, all rows of a result in their order, joins of any size: the server's own defaults.
  sql_safe_updates: 0,
  sql_select_limit: '18446744073709551615',
  sql_big_selects: 1,
  sql_auto_is_null: 0,
  // Bytes; the longest key has 2,800.
  max_sort_length: 4096,
  foreign_key_checks: 1,
  unique_checks: 1,
  default_storage_engine: 'InnoDB',
  // Bytes; with less, a long list of keys leads to a scan of the whole table, which locks it.
  range_optimizer_max_mem_size: 8_388_608,
  // Connections that want to wait less override these. Milliseconds of a SELECT, 0: no limit.
  max_execution_time: 0,
  lock_wait_timeout: 31_536_000,
  innodb_lock_wait_timeout: 50,
  // Above a pool's `idleTimeout`.
  wait_timeout: 60,
  net_read_timeout: 30,
  net_write_timeout: 60,
};

/** One statement that sets what all of ours rely on; `variables` add to that or override it. */
export function sessionSettings(variables: SessionVariables = {}): string {
  return `set ${Object.entries({ ...RELIED_ON, ...variables }).map(([name, value]) => `session ${name} = ${literal(value)}`).join(', ')}`;
}

/** Valid in every sql_mode: a number as it is, also one too large for JavaScript; texts of ours have no quotes and no backslashes. */
function literal(value: string | number): string {
  return /^\d+$/.test(String(value)) ? String(value) : `'${value}'`;
}
