import { describe, expect, test } from 'bun:test';
import { type RealServer, SERVER_VARIABLES } from './server-variables.ts';

/** Address of the server; throws when it is not set. Inside of `describeOn` it is set. */
export function addressOf(server: RealServer): string {
  const address = process.env[SERVER_VARIABLES[server]];
  if (!address) throw new Error(`${SERVER_VARIABLES[server]} is not set: no ${server} to test against`);
  return address;
}

/** A suite that needs real servers. Without them it fails if REQUIRE_REAL=1 (CI), and otherwise says loudly that it was left out. */
export function describeOn(servers: readonly RealServer[], suite: () => void): void {
  const missing = servers.filter((server) => !process.env[SERVER_VARIABLES[server]]);
  if (missing.length === 0) {
    suite();
    return;
  }
  const reason = `needs ${missing.map((server) => `${server} (${SERVER_VARIABLES[server]})`).join(', ')}`;
  if (process.env.REQUIRE_REAL === '1') {
    test(`real servers are there: ${reason}`, () => expect(missing).toEqual([]));
    return;
  }
  process.stderr.write(`\nNOT RUN: a suite on real servers ${reason}\n`);
  describe.skip(reason, suite);
}
