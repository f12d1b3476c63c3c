import type { RealServer } from '@souk/chassis/testing/real-servers';
import type { Server } from './server.ts';

/** Where suites look for their servers. */
export const SERVER_VARIABLES = {
  MySQL: 'SOUK_TEST_MYSQL',
  MongoDB: 'SOUK_TEST_MONGODB',
  Kafka: 'SOUK_TEST_KAFKA',
} as const satisfies Readonly<Record<RealServer, string>>;

export const serverEnvironment = (servers: readonly Server[]): Readonly<Record<string, string>> =>
  Object.fromEntries(servers.map(({ name, address }) => [SERVER_VARIABLES[name], address]));
