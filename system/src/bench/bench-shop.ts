import type { Accounts } from '../embedded/accounts.ts';
import type { ServiceUrls } from '../shop/shop-client.ts';
import type { ShopRecords } from '../verify/shop-records.ts';

/** What a process or server has used. */
export interface Usage {
  /** user and system time so far */
  readonly cpuMs: number;
  readonly residentMb: number;
}

/** A running shop that can be measured: its own processes and, on real engines, the servers. */
export interface BenchShop {
  readonly urls: ServiceUrls;
  readonly accounts: Accounts;
  /** What it runs on, and how long it took to be ready; for people. */
  readonly about: readonly string[];
  readonly records: ShopRecords;
  /** How long the compiler of each process needs until it has seen enough of it. */
  readonly warmUpSeconds: number;
  usage(): Promise<Readonly<Record<string, Usage>>>;
  /** Stops the shop's own processes in good order; what they have written stays readable. */
  stop(): Promise<void>;
  /** For good, with all data, whatever state it is in. */
  discard(): Promise<void>;
}
