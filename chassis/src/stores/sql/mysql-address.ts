import type { SslOptions } from 'mysql2';

/** The address of a MySQL database and its user, as mysql2 takes them. */
export interface MysqlAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Empty: none, for who makes databases. */
  readonly database: string;
  readonly ssl?: SslOptions;
}

const DEFAULT_PORT = 3306;

/** A URL that cannot be taken. Says why without quoting the URL, which holds a password. */
export class MysqlAddressError extends Error {
  readonly code = 'mysql-address-wrong';
  constructor(why: string) {
    super(`a MySQL URL ${why}`);
    this.name = 'MysqlAddressError';
  }
}

/**
 * Reads `mysql://user:password@host:port/database?ssl=…` for every connection there is, because mysql2's own reading is too kind:
 * with `ssl` it proves who signed the server's certificate, and not whose it is; what it does not know (`sslmode=…`) it
 * ignores, and connects in plain text; what it knows (`multipleStatements=…`) it obeys against us. Throws MysqlAddressError.
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

/** The signature and the name are verified unless the URL itself says that they are not to be. */
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
