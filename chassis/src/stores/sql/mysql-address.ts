import type { SslOptions } from 'mysql2';

/** The address of a MySQL database and its user, as mysql2 takes them. */
export interface MysqlAddress {
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
