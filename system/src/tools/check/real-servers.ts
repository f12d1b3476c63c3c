import { type RealServer, SERVER_VARIABLES } from '@souk/chassis/testing/server-variables';
import { EnvironmentError } from '../../cli/errors.ts';
import { type Server, serverEnvironment } from '../servers/server.ts';
import { describeServer, startServer } from '../servers/start-servers.ts';

export interface RealServers {
  /** Environment that tells tests where the running servers are. */
  readonly env: Readonly<Record<string, string>>;
  /** The names of servers that could not be started; the reasons have been printed. */
  readonly missing: readonly RealServer[];
  stop(): Promise<void>;
}

/** Starts each of the three servers that the environment does not name already. */
export async function realServers(env: Readonly<Record<string, string | undefined>>, say: (line: string) => void): Promise<RealServers> {
  const names = Object.keys(SERVER_VARIABLES) as RealServer[];
  const given = names.filter((name) => env[SERVER_VARIABLES[name]]);
  for (const name of given) say(`${name}: the one of ${SERVER_VARIABLES[name]}`);
  const servers: Server[] = [];
  const missing: RealServer[] = [];
  async function start(name: RealServer): Promise<void> {
    try {
      const server = await startServer(name, say);
      say(describeServer(server));
      servers.push(server);
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      say(`${error.message}\n${error.cure}`);
      missing.push(name);
    }
  }
  await Promise.all(names.filter((name) => !given.includes(name)).map(start));
  return {
    env: serverEnvironment(servers),
    missing,
    stop: async () => void (await Promise.all(servers.map((server) => server.stop()))),
  };
}
