import type { ReceivedMessage } from '@souk/chassis/log/event-log';
import type { ServiceName } from '@souk/contracts/services';
import type { Topic } from '@souk/contracts/topics';
import type { Rows } from './batches.ts';
import type { FactStore } from './fact-store.ts';

/** Everything a shop has written, read without its services: its databases, its log and its gateway's books, on one set of engines. */
export interface ShopRecords {
  /** Reads a service's SQL database as of one moment. */
  sql<T>(service: 'order' | 'inventory' | 'payment', read: (rows: Rows) => Promise<T>): Promise<T>;
  /** Reads Product's categories and the products in them, as of one moment. */
  catalogue(facts: FactStore): Promise<void>;
  /** Reads a service's events, backlog and dead letters, as of one moment. */
  messaging(service: ServiceName, facts: FactStore): Promise<void>;
  /** Reads all messages ever sent to these topics, a batch at a time, each partition in order. */
  logged(topics: readonly Topic[], see: (messages: readonly ReceivedMessage[]) => void): Promise<void>;
  /** Number of messages that services have still to handle. */
  unhandled(): Promise<number>;
  /** The time of Payment's database in epoch milliseconds, which the simulated gateway uses. */
  now(): Promise<number>;
  /** SQLite file of the simulated gateway's own books. */
  readonly gateway: string;
}
