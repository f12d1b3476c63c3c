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

/** Addresses of one shop on real servers. They contain secrets. */
export interface RealShopAddresses {
  /** Each service's own database, with the account it serves with. */
  readonly databases: Readonly<Record<ServiceName, string>>;
  /** The same databases, with the account that may change the schema. */
  readonly owners: Readonly<Record<ServiceName, string>>;
  readonly kafka: {
    readonly brokers: readonly string[];
    readonly topicPrefix: string;
    /** Passwords of its Kafka users, if the brokers require sign-in (SCRAM-SHA-512). */
    readonly passwords?: Readonly<Record<LogUser, string>>;
  };
  /** SQLite file of the simulated gateway's books. */
  readonly gateway: string;
}
