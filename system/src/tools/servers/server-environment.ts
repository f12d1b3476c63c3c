import { SERVER_VARIABLES } from '@souk/chassis/testing/server-variables';
import type { Server } from './server.ts';

/** Environment that tells suites where these servers are. */
export const serverEnvironment = (servers: readonly Server[]): Readonly<Record<string, string>> =>
  Object.fromEntries(servers.map(({ name, address }) => [SERVER_VARIABLES[name], address]));
