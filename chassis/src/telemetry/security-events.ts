import type { Logger } from 'pino';
import type { Metrics } from './metrics.ts';

interface SecurityEvent {
  /** `warn`: something was refused or tried; `info`: an authorized person has done it. */
  readonly level: 'warn' | 'info';
  /** `each`: a line for every event; `gathered`: strangers cause any number of them, so a flood from one address is a line and then counts. */
  readonly lines: 'each' | 'gathered';
  readonly about: string;
  /** In addition to `security`, `address`, `account` and the fields of the request. */
  readonly fields: readonly string[];
}

/** All security events of a service; docs/security-events.md has the same list. */
export const SECURITY_EVENTS = {
  'sign_in.failed': { level: 'warn', lines: 'gathered', about: 'the password of a sign-in was wrong, or there is no such account', fields: [] },
  'sign_in.throttled': { level: 'warn', lines: 'gathered', about: 'a sign-in was refused unchecked, because too many have failed', fields: ['waitS'] },
  'registration.throttled': { level: 'warn', lines: 'gathered', about: 'an address has registered as many accounts as it may', fields: ['waitS'] },
  'request.throttled': { level: 'warn', lines: 'gathered', about: 'a caller has used up its quota of requests', fields: ['waitS'] },
  'access.forbidden': { level: 'warn', lines: 'gathered', about: 'a signed-in caller asked for something that the role does not allow', fields: [] },
  'token.refused': { level: 'warn', lines: 'gathered', about: 'an access token was not issued by User; expired tokens and ended sessions are no event', fields: ['because'] },
  'session.token_reused': { level: 'warn', lines: 'each', about: 'a used refresh token was sent again: it may be stolen, and its session has ended', fields: ['sessionId'] },
  'webhook.refused': { level: 'warn', lines: 'gathered', about: 'a webhook had no valid signature of the gateway, or an old one', fields: [] },
  'key.rotated': { level: 'info', lines: 'each', about: 'an admin has rotated the key that signs access tokens', fields: ['kid'] },
  'role.changed': { level: 'info', lines: 'each', about: "an admin has changed somebody's roles", fields: ['actor', 'from', 'to'] },
  'password.changed': { level: 'info', lines: 'each', about: 'somebody signed in has changed the password', fields: [] },
  'password.reset_asked': { level: 'info', lines: 'gathered', about: 'somebody who is not signed in asked for a link that resets a password', fields: [] },
  'password.reset': { level: 'info', lines: 'each', about: 'a password was reset with such a link', fields: [] },
  'email.changed': { level: 'info', lines: 'each', about: 'the e-mail address of an account has changed', fields: [] },
  'account.disabled': { level: 'info', lines: 'each', about: 'an admin has disabled an account', fields: ['actor'] },
  'account.enabled': { level: 'info', lines: 'each', about: 'an admin has enabled an account again', fields: ['actor'] },
  'sessions.ended_by_admin': { level: 'info', lines: 'each', about: "an admin has ended a person's sessions", fields: ['actor'] },
  'factor.enrolled': { level: 'info', lines: 'each', about: 'somebody has set up a second factor', fields: [] },
  'factor.removed': { level: 'info', lines: 'each', about: 'a second factor was removed', fields: ['actor'] },
  'factor.failed': { level: 'warn', lines: 'gathered', about: 'a second-factor code was wrong after the right password', fields: [] },
  'factor.throttled': { level: 'warn', lines: 'gathered', about: 'a second-factor code was refused unchecked, because too many have failed', fields: ['waitS'] },
  'recovery_code.used': { level: 'info', lines: 'each', about: 'a recovery code was used instead of a second factor', fields: ['left'] },
  'event.forged_source': { level: 'warn', lines: 'gathered', about: 'a message came from a service that does not make such events: it became a dead letter', fields: ['topic', 'source'] },
} as const satisfies Readonly<Record<string, SecurityEvent>>;

export type SecurityEventName = keyof typeof SECURITY_EVENTS;

/** Fields that identify people: the log has their keyed hashes. */
const HASHED = ['account', 'actor'] as const;

type Told = string | number | readonly string[] | null | undefined;

/** Fields of the event, and these: */
export type SecurityFields<N extends SecurityEventName> = Readonly<Record<(typeof SECURITY_EVENTS)[N]['fields'][number], Told>> & {
  /** The client's address, as rate limits count it; absent if there is none. */
  readonly address?: string;
  /** A user's id, or the e-mail address that was tried; never logged in plain text. */
  readonly account?: string | undefined;
  /** Fields by which the lines of a request are found. */
  readonly about?: Readonly<Record<string, Told>>;
};

export interface SecurityEvents {
  tell<N extends SecurityEventName>(name: N, fields: SecurityFields<N>): void;
  /** Writes the counts that are gathered and not logged yet. */
  flush(): void;
}

interface SecurityEventsOptions {
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly metrics: Pick<Metrics, 'counter'>;
  /** Settings of the service; without a key of its own it uses the random key of the process. */
  readonly config: { readonly securityLogKey?: string | undefined };
}

/** Hexadecimal digits of an account's hash: 128 bits, so that no two accounts share one. */
const HASH_DIGITS = 32;
/** A random key, the same for all services of a process; a new one after every start. */
const keyOfProcess = crypto.getRandomValues(new Uint8Array(32));

/** Reports security events: a line in the log, and a count in the metrics. */
export function securityEvents({ logger, metrics, config: { securityLogKey } }: SecurityEventsOptions): SecurityEvents {
  const counter = metrics.counter('souk_security_events_total', 'Security events by name (docs/security-events.md)', ['event'] as const);
  for (const event of Object.keys(SECURITY_EVENTS)) counter.inc({ event }, 0);
  const gathered = gathering<SecurityEventName>((name, address, counts) => write(name, { address, ...counts }));

  const hash = (name: string): string =>
    new Bun.CryptoHasher('sha256', securityLogKey ?? keyOfProcess).update(name).digest('hex').slice(0, HASH_DIGITS);

  function write(name: SecurityEventName, line: object): void {
    const { level, about } = SECURITY_EVENTS[name];
    logger[level]({ security: name, ...line }, about);
  }

  return {
    tell(name, { about, address, ...fields }) {
      counter.inc({ event: name });
      const line: Record<string, unknown> = { address, ...about, ...fields };
      for (const field of HASHED) if (typeof line[field] === 'string') line[field] = hash(line[field]);
      const isNew = SECURITY_EVENTS[name].lines === 'each' || gathered.add(name, address ?? 'none', line['account']);
      if (isNew) write(name, line);
    },
    flush: () => gathered.flush(),
  };
}

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
function gathering<Name extends string>(tell: (name: Name, address: string, counts: Counts) => void): Gathering<Name> {
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
