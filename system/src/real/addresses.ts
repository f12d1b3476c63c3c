import type { ServiceName } from '@souk/contracts/services';

/** Root access to the servers of a shop. */
export interface ServerAddresses {
  /** `mysql://root:…@host:port` */
  readonly mysql: string;
  /** `mongodb://root:…@host:port/?…` */
  readonly mongodb: string;
  readonly kafka: readonly string[];
}

/** Where one shop on real servers keeps what. Full of secrets. */
export interface RealShopAddresses {
  /** Each service's own database, as its own user. */
  readonly databases: Readonly<Record<ServiceName, string>>;
  readonly kafka: { readonly brokers: readonly string[]; readonly topicPrefix: string };
  /** SQLite file of the simulated gateway's books. */
  readonly gateway: string;
}
