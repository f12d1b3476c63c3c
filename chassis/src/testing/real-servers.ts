import { describe, expect, test } from 'bun:test';

/**
 * Real servers that suites run against, by environment variable. `npm test` starts them and sets these; a developer may
 * point them anywhere where databases and topics may be made and dropped.
 */
const VARIABLES = {
  /** `mysql://root:…@host:port`: a user that may create databases and users */
  MySQL: 'SOUK_TEST_MYSQL',
  /** `mongodb://root:…@host:port/?…`: the same for a replica set */
  MongoDB: 'SOUK_TEST_MONGODB',
  /** `host:port,host:port` */
  Kafka: 'SOUK_TEST_KAFKA',
} as const;

export type RealServer = keyof typeof VARIABLES;

/** Where the server is; throws when nobody said so. Inside of `describeOn` it is there. */
export function addressOf(server: RealServer): string {
  const address = process.env[VARIABLES[server]];
  if (!address) throw new Error(`${VARIABLES[server]} is not set: no ${server} to test against`);
  return address;
}

/**
 * A suite that needs real servers. Without them it fails where REQUIRE_REAL=1 (CI), and elsewhere says loudly that it
 * was left out.
 */
export function describeOn(servers: readonly RealServer[], suite: () => void): void {
  const missing = servers.filter((server) => !process.env[VARIABLES[server]]);
  if (missing.length === 0) {
    suite();
    return;
  }
  const reason = `needs ${missing.map((server) => `${server} (${VARIABLES[server]})`).join(', ')}`;
  if (process.env.REQUIRE_REAL === '1') {
    test(`real servers are there: ${reason}`, () => expect(missing).toEqual([]));
    return;
  }
  process.stderr.write(`\nNOT RUN: a suite on real servers ${reason}\n`);
  describe.skip(reason, suite);
}
