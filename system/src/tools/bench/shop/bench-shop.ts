import { readFileSync } from 'node:fs';
import type { Accounts } from '../../../shop/embedded/accounts.ts';
import { WITHOUT_LIMITS } from '../../../shop/limit-settings.ts';
import type { ServiceUrls } from '../../../shop/shop-client.ts';
import type { ShopRecords } from '../../../verify/shop-records.ts';
import type { SigningKey } from '../work/tokens.ts';

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

/** Reads the resources that one process has used since its own start; throws while it does not run. */
export type ReadUsage = () => Usage | Promise<Usage>;

/**
 * Reads the resources that processes have used so far. A process that was killed and restarted continues from its former count;
 * the count of one that is away stands still.
 */
export function usageMeter(readers: Readonly<Record<string, ReadUsage>>): () => Promise<Usages> {
  const seen = new Map<string, { readonly ended: Usage; readonly last: Usage }>();

  async function read(name: string, reader: ReadUsage): Promise<readonly [string, Usage]> {
    const { ended, last } = seen.get(name) ?? { ended: NONE, last: NONE };
    // A process that cannot be read counts as using nothing.
    const now = await Promise.resolve().then(reader).catch(() => ({ ...last, residentMb: 0 }));
    // Less CPU time than before means another process under the same name.
    const before = now.cpuMs < last.cpuMs ? sum(ended, last) : ended;
    seen.set(name, { ended: before, last: now });
    return [name, { ...sum(before, now), residentMb: now.residentMb }];
  }

  return async () => Object.fromEntries(await Promise.all(Object.entries(readers).map(([name, reader]) => read(name, reader))));
}

const NONE: Usage = { cpuMs: 0, residentMb: 0, writtenBytes: 0, readBytes: 0 };

function sum(one: Usage, other: Usage): Usage {
  return {
    cpuMs: one.cpuMs + other.cpuMs,
    residentMb: other.residentMb,
    writtenBytes: added(one.writtenBytes, other.writtenBytes),
    readBytes: added(one.readBytes, other.readBytes),
  };
}

const added = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? undefined : one + other;

/** Bytes between a process and the disk so far, from /proc; none if that cannot be read. */
export function diskBytes(pid: number | null | undefined): Pick<Usage, 'writtenBytes' | 'readBytes'> {
  if (pid === null || pid === undefined) return {};
  try {
    const text = readFileSync(`/proc/${pid}/io`, 'utf8');
    const field = (name: string) => Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(text)?.[1] ?? 0);
    return { writtenBytes: field('write_bytes'), readBytes: field('read_bytes') };
  } catch {
    // It has ended, or belongs to another user.
    return {};
  }
}
