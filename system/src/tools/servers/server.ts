import { randomBytes } from 'node:crypto';
import { type RealServer, SERVER_VARIABLES } from '@souk/chassis/testing/server-variables';

/** A real server with throw-away data. It dies with the process that started it, whatever kills that process. */
export interface Server {
  readonly name: RealServer;
  /** Version that the server reports, and whether it runs in a container. */
  readonly version: string;
  /** Address with the rights to create databases and users: `mysql://root:…@host:port`, `mongodb://root:…@host:port/?…`; Kafka: `host:port`. */
  readonly address: string;
  /** Null while it does not run, and for one in a container. */
  readonly pid: number | null;
  /** User and system time since the last start. */
  cpuMs(): Promise<number>;
  residentMb(): Promise<number>;
  /** Sends SIGKILL; resolves when it is gone. The data stays. */
  kill(): Promise<void>;
  /** Sends SIGSTOP: connections stay open and nothing answers. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** After `kill`: starts it at the same address, with the same data; resolves when it serves. */
  start(): Promise<void>;
  /** Ends it for good and deletes its data. */
  stop(): Promise<void>;
}

/** Receives one line for people. */
export type Report = (line: string) => void;

/** Environment that tells suites where these servers are. */
export const serverEnvironment = (servers: readonly Server[]): Readonly<Record<string, string>> =>
  Object.fromEntries(servers.map(({ name, address }) => [SERVER_VARIABLES[name], address]));

/** Password for throw-away servers; only letters and digits, so that it needs no quoting in URLs and SQL. */
export const newPassword = (): string => randomBytes(16).toString('hex');
