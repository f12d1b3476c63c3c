import { mysqlAddress } from '../stores/sql/mysql-address.ts';

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
