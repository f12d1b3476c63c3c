import type { ReceivedMessage } from '@souk/chassis/log/event-log';
import type { ServiceName } from '@souk/contracts/services';
import type { Topic } from '@souk/contracts/topics';
import type { FactStore } from './fact-store.ts';

/** The rows of a query that reads the same on every SQL database, a batch at a time: no table need fit into memory. */
export type Rows = <R>(sql: string) => AsyncIterable<readonly R[]>;

/** What a shop has written, past its services: its databases, its log and its gateway's books, on one set of engines. */
export interface ShopRecords {
  /** Reads a service's SQL database as of one moment. */
  sql<T>(service: 'order' | 'inventory' | 'payment', read: (rows: Rows) => Promise<T>): Promise<T>;
  /** What Product has in its categories, as of one moment. */
  catalogue(facts: FactStore): Promise<void>;
  /** What a service has made of its messages, as of one moment. */
  messaging(service: ServiceName, facts: FactStore): Promise<void>;
  /** All that was ever sent to these topics, each partition in its order, a batch at a time. */
  logged(topics: readonly Topic[], see: (messages: readonly ReceivedMessage[]) => void): Promise<void>;
  /** Messages that services have still to handle. */
  unhandled(): Promise<number>;
  /** The clock of Payment's database in epoch milliseconds: what the simulated gateway goes by. */
  now(): Promise<number>;
  /** SQLite file of the simulated gateway's own books. */
  readonly gateway: string;
}
