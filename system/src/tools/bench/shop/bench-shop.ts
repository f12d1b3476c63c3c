import type { Accounts } from '../../../shop/embedded/accounts.ts';
import type { ServiceUrls } from '../../../shop/shop-client.ts';
import type { ShopRecords } from '../../../verify/shop-records.ts';
import type { SigningKey } from '../work/signing-key.ts';
import { WITHOUT_LIMITS } from '../../../shop/without-limits.ts';

/** No customer is held back, but the shop says when it has enough to do: that is measured, too. */
export const BENCH_SETTINGS = { ...WITHOUT_LIMITS, ADMISSION_TARGET_MS: process.env['ADMISSION_TARGET_MS'] ?? '' } as const;

/** The resources that a process or server has used since it was first looked at. */
export interface Usage {
  /** user and system time */
  readonly cpuMs: number;
  readonly residentMb: number;
  /** Bytes that went to and came from the disk, page cache left out; undefined where the system does not tell. */
  readonly writtenBytes?: number | undefined;
  readonly readBytes?: number | undefined;
}

export type Usages = Readonly<Record<string, Usage>>;

/** A process that can be ended or held in the middle of a run. */
export interface Breakable {
  /** SIGKILL */
  kill(): Promise<void>;
  /** After `kill`: at the same address, with the same data; resolves when it serves. */
  start(): Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers. */
  freeze(): Promise<void>;
  /** SIGCONT */
  thaw(): Promise<void>;
}

/** A running shop that can be measured: its own processes and, on real engines, the servers. */
export interface BenchShop {
  readonly urls: ServiceUrls;
  /** Of every replica of Order. */
  readonly orderUrls: readonly string[];
  readonly accounts: Accounts;
  /** Its access tokens are signed with this one, so that a bench can have many buyers. */
  readonly signingKey: SigningKey;
  /** What it runs on, and how long it took to be ready; for people. */
  readonly about: readonly string[];
  readonly records: ShopRecords;
  /** Root addresses of its servers; undefined for an embedded shop. */
  readonly servers?: { readonly mysql: string; readonly kafka: string };
  /** How long the compiler of each process needs until it has seen enough of it. */
  readonly warmUpSeconds: number;
  /** By the names of `npm run bench -- --kill`. */
  readonly breakable: Readonly<Record<string, Breakable>>;
  usage(): Promise<Usages>;
  /** Counters of the engines that only grow, such as MySQL's rows; empty where there are none. */
  counters(): Promise<Readonly<Record<string, number>>>;
  /** Bytes that each table has, indexes included, by `database.table`. */
  tables(): Promise<Readonly<Record<string, number>>>;
  /** Stops the shop's own processes in good order; what they have written stays readable. */
  stop(): Promise<void>;
  /** For good, with all data, whatever state it is in. */
  discard(): Promise<void>;
}
