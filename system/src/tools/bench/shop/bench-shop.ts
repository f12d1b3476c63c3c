import type { Accounts } from '../../../shop/embedded/accounts.ts';
import type { ServiceUrls } from '../../../shop/shop-client.ts';
import type { ShopRecords } from '../../../verify/shop-records.ts';
import type { SigningKey } from '../work/signing-key.ts';
import { WITHOUT_LIMITS } from '../../../shop/limit-settings.ts';

/** No limits per customer, but the shop refuses work that is too much for it: that is measured, too. */
export const BENCH_SETTINGS = { ...WITHOUT_LIMITS, ADMISSION_TARGET_MS: process.env['ADMISSION_TARGET_MS'] ?? '' } as const;

/** The resources that a process or server has used so far. */
export interface Usage {
  /** User and system time. */
  readonly cpuMs: number;
  readonly residentMb: number;
  /** Bytes written to and read from the disk, without the page cache; undefined if the system does not tell. */
  readonly writtenBytes?: number | undefined;
  readonly readBytes?: number | undefined;
}

export type Usages = Readonly<Record<string, Usage>>;

/** A process that can be killed or frozen in the middle of a run. */
export interface Breakable {
  /** SIGKILL */
  kill(): Promise<void>;
  /** After `kill`: starts it at the same address, with the same data; resolves when it serves. */
  start(): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers. */
  freeze(): Promise<void>;
  /** SIGCONT */
  thaw(): Promise<void>;
}

/** A running shop that can be measured: its own processes and, on real engines, the servers. */
export interface BenchShop {
  readonly urls: ServiceUrls;
  /** URLs of every replica of Order. */
  readonly orderUrls: readonly string[];
  readonly accounts: Accounts;
  /** The key that signs its access tokens, so that a benchmark can have many buyers. */
  readonly signingKey: SigningKey;
  /** Its engines, and its time to be ready; for people. */
  readonly about: readonly string[];
  readonly records: ShopRecords;
  /** Root addresses of its servers; undefined for an embedded shop. */
  readonly servers?: { readonly mysql: string; readonly kafka: string };
  /** Time until the compiler of each process has seen enough of the work. */
  readonly warmUpSeconds: number;
  /** By their names in `npm run bench -- --kill`. */
  readonly breakable: Readonly<Record<string, Breakable>>;
  usage(): Promise<Usages>;
  /** Counters of the engines that only grow, such as MySQL's rows; empty if there are none. */
  counters(): Promise<Readonly<Record<string, number>>>;
  /** Bytes of each table, indexes included, by `database.table`. */
  tables(): Promise<Readonly<Record<string, number>>>;
  /** Stops the shop's own processes gracefully; what they have written stays readable. */
  stop(): Promise<void>;
  /** Ends it for good and deletes all data, whatever state it is in. */
  discard(): Promise<void>;
}
