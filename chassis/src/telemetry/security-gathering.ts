/** Milliseconds from one line about an address to the next: soon enough for an observer, and no flood. */
const GATHER_MS = 10_000;
/** Number of addresses told apart for each event; any more count as one, `others`, so that many addresses are no flood either. */
const ADDRESSES_LIMIT = 50;
/** Number of accounts told apart for each address; more are not counted. */
const ACCOUNTS_LIMIT = 100;
const OTHERS = 'others';

interface Counts {
  /** Events since the previous line. */
  readonly times: number;
  /** Different accounts among them, 100 at most; absent if there is none. */
  readonly accounts?: number;
}

interface Gathered<Name> {
  readonly name: Name;
  readonly address: string;
  tellAt: number;
  times: number;
  readonly accounts: Set<unknown>;
}

interface Gathering<Name> {
  /** True if it is the first in a while, and has a line of its own. */
  add(name: Name, address: string, account: unknown): boolean;
  flush(): void;
}

/** Counts events that follow a line closely; `tell` receives the counts every 10 s, until there are none. */
export function gathering<Name extends string>(tell: (name: Name, address: string, counts: Counts) => void): Gathering<Name> {
  const byKey = new Map<string, Gathered<Name>>();
  const addresses = new Map<Name, number>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function begin(key: string, name: Name, address: string): void {
    byKey.set(key, { name, address, tellAt: performance.now() + GATHER_MS, times: 0, accounts: new Set() });
    addresses.set(name, (addresses.get(name) ?? 0) + 1);
    timer ??= setTimeout(sweep, GATHER_MS).unref();
  }

  function tellAll(at: number): void {
    for (const [key, gathered] of byKey) {
      if (gathered.tellAt > at) continue;
      const { name, address, times, accounts } = gathered;
      if (times === 0) {
        byKey.delete(key);
        addresses.set(name, (addresses.get(name) ?? 1) - 1);
        continue;
      }
      tell(name, address, { times, ...(accounts.size > 0 && { accounts: accounts.size }) });
      gathered.tellAt = performance.now() + GATHER_MS;
      gathered.times = 0;
      accounts.clear();
    }
  }

  function sweep(): void {
    timer = undefined;
    tellAll(performance.now());
    if (byKey.size > 0) timer = setTimeout(sweep, GATHER_MS).unref();
  }

  return {
    add(name, from, account) {
      const isKnown = byKey.has(`${name} ${from}`);
      const address = isKnown || (addresses.get(name) ?? 0) < ADDRESSES_LIMIT ? from : OTHERS;
      const key = `${name} ${address}`;
      const gathered = byKey.get(key);
      if (gathered === undefined) {
        begin(key, name, address);
        return true;
      }
      gathered.times += 1;
      if (account !== undefined && gathered.accounts.size < ACCOUNTS_LIMIT) gathered.accounts.add(account);
      return false;
    },
    flush: () => tellAll(Infinity),
  };
}
