import type { RealServer } from '@souk/chassis/testing/server-variables';
import type { Report, Server } from './server.ts';

export interface Servers {
  readonly mysql: Server;
  readonly mongodb: Server;
  readonly kafka: Server;
  /** One line for each server: name, version and address. No passwords. */
  describe(): readonly string[];
  /** Ends them for good and deletes all data. */
  stop(): Promise<void>;
}

/**
 * Starts an empty MySQL, MongoDB replica set and Kafka on free ports of 127.0.0.1; all three or none. `report` receives messages
 * about slow steps. Throws EnvironmentError.
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
