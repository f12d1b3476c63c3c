import type { RealServer } from '@souk/chassis/testing/server-variables';
import type { Report, Server } from './server.ts';
import { startServer } from './start-server.ts';

export interface Servers {
  readonly mysql: Server;
  readonly mongodb: Server;
  readonly kafka: Server;
  /** A line for each: which, version, where. No passwords. */
  describe(): readonly string[];
  /** For good, with all data. */
  stop(): Promise<void>;
}

/**
 * A MySQL, a MongoDB replica set and a Kafka of our own, empty, on free ports of 127.0.0.1; all three or none.
 * `report` hears what takes long. Throws EnvironmentError.
 */
export async function startServers({ report }: { readonly report: Report }): Promise<Servers> {
  const names: readonly [RealServer, RealServer, RealServer] = ['MySQL', 'MongoDB', 'Kafka'];
  const outcomes = await Promise.allSettled(names.map((name) => startServer(name, report)));
  const all = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const stop = async () => void (await Promise.all(all.map((server) => server.stop())));
  const [mysql, mongodb, kafka] = all;
  if (mysql === undefined || mongodb === undefined || kafka === undefined) {
    await stop();
    throw outcomes.find((outcome) => outcome.status === 'rejected')?.reason;
  }
  return { mysql, mongodb, kafka, describe: () => all.map(describeServer), stop };
}

export const describeServer = ({ version, address }: Server): string => `${version} at ${new URL(withScheme(address)).host}`;

const withScheme = (address: string): string => (address.includes('://') ? address : `kafka://${address}`);
