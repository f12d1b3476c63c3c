import type { LogUser } from '@souk/contracts/log-rights';
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
  /** Each service's own database, as the user with which it serves. */
  readonly databases: Readonly<Record<ServiceName, string>>;
  /** The same as the user that may change the schema. */
  readonly owners: Readonly<Record<ServiceName, string>>;
  readonly kafka: {
    readonly brokers: readonly string[];
    readonly topicPrefix: string;
    /** The passwords of its users, where the brokers ask who comes (SCRAM-SHA-512). */
    readonly passwords?: Readonly<Record<LogUser, string>>;
  };
  /** SQLite file of the simulated gateway's books. */
  readonly gateway: string;
}
