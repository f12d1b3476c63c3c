import type { ReceivedMessage } from '@souk/chassis/log/event-log';
import type { ServiceName } from '@souk/contracts/services';
import type { Topic } from '@souk/contracts/topics';
import type { CatalogueFacts, ServiceFact } from './snapshot.ts';

/** The rows of a query that reads the same on every SQL database. */
export type Rows = <R>(sql: string) => Promise<R[]>;

/** What a shop has written, past its services: its databases, its log and its gateway's books, on one set of engines. */
export interface ShopRecords {
  /** Reads a service's SQL database as of one moment. */
  sql<T>(service: 'order' | 'inventory' | 'payment', read: (rows: Rows) => Promise<T>): Promise<T>;
  /** What Product has in its categories, as of one moment. */
  catalogue(): Promise<CatalogueFacts>;
  /** What a service has made of its messages, as of one moment. */
  messaging(service: ServiceName): Promise<ServiceFact>;
  /** All that was ever sent to these topics, each partition in its order. */
  logged(topics: readonly Topic[]): Promise<readonly ReceivedMessage[]>;
  /** Messages that services have still to handle. */
  unhandled(): Promise<number>;
  /** SQLite file of the simulated gateway's own books. */
  readonly gateway: string;
}
