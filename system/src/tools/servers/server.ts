import type { RealServer } from '@souk/chassis/testing/server-variables';

/** A real server of our own with throw-away data. It dies with the process that started it, whatever kills that. */
export interface Server {
  readonly name: RealServer;
  /** What the server says of itself, and whether it runs in a container. */
  readonly version: string;
  /** With the rights to make databases and users: `mysql://root:…@host:port`, `mongodb://root:…@host:port/?…`; Kafka: `host:port`. */
  readonly address: string;
  /** Null while it does not run, and of one in a container. */
  readonly pid: number | null;
  /** User and system time since the last start. */
  cpuMs(): Promise<number>;
  residentMb(): Promise<number>;
  /** SIGKILL; answers when it is gone. The data stays. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** After `kill`: again at the same address, with the same data; answers when it serves. */
  start(): Promise<void>;
  /** For good, with its data. */
  stop(): Promise<void>;
}

/** One line for people. */
export type Report = (line: string) => void;
