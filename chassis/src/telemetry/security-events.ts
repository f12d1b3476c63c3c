import type { Logger } from 'pino';
import type { Metrics } from './metrics.ts';
import { gathering } from './security-gathering.ts';

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
  'sign_in.throttled': { level: 'warn', lines: 'gathered', about: 'a sign-in was not looked at, because too many have failed', fields: ['waitS'] },
  'registration.throttled': { level: 'warn', lines: 'gathered', about: 'an address has registered as many accounts as it may', fields: ['waitS'] },
  'request.throttled': { level: 'warn', lines: 'gathered', about: 'a caller has used up its quota of requests', fields: ['waitS'] },
  'access.forbidden': { level: 'warn', lines: 'gathered', about: 'somebody signed in asked for what the role does not allow', fields: [] },
  'token.refused': { level: 'warn', lines: 'gathered', about: 'an access token came that User has not made; an expired one or one whose session is over is no event', fields: ['because'] },
  'session.token_reused': { level: 'warn', lines: 'each', about: 'a spent refresh token came: it may be stolen, and its session has ended', fields: ['sessionId'] },
  'webhook.refused': { level: 'warn', lines: 'gathered', about: 'a webhook came that the gateway has not signed, or long ago', fields: [] },
  'key.rotated': { level: 'info', lines: 'each', about: 'an admin has rotated the key that signs access tokens', fields: ['kid'] },
  'role.changed': { level: 'info', lines: 'each', about: "an admin has changed somebody's roles", fields: ['actor', 'from', 'to'] },
  'password.changed': { level: 'info', lines: 'each', about: 'somebody signed in has changed the password', fields: [] },
  'password.reset_asked': { level: 'info', lines: 'gathered', about: 'somebody who is not signed in asked for a link that resets a password', fields: [] },
  'password.reset': { level: 'info', lines: 'each', about: 'a password was reset by such a link', fields: [] },
  'email.changed': { level: 'info', lines: 'each', about: 'the e-mail address of an account has changed', fields: [] },
  'account.disabled': { level: 'info', lines: 'each', about: 'an admin has disabled an account', fields: ['actor'] },
  'account.enabled': { level: 'info', lines: 'each', about: 'an admin has enabled an account again', fields: ['actor'] },
  'sessions.ended_by_admin': { level: 'info', lines: 'each', about: "an admin has ended a person's sessions", fields: ['actor'] },
  'factor.enrolled': { level: 'info', lines: 'each', about: 'somebody has set up a second factor', fields: [] },
  'factor.removed': { level: 'info', lines: 'each', about: 'a second factor was taken away', fields: ['actor'] },
  'factor.failed': { level: 'warn', lines: 'gathered', about: 'a code of a second factor was wrong, after the right password', fields: [] },
  'factor.throttled': { level: 'warn', lines: 'gathered', about: 'a code of a second factor was not looked at, because too many have failed', fields: ['waitS'] },
  'recovery_code.used': { level: 'info', lines: 'each', about: 'a recovery code took the place of a second factor', fields: ['left'] },
  'event.forged_source': { level: 'warn', lines: 'gathered', about: 'a message came from a service that does not make such events: it is a dead letter', fields: ['topic', 'source'] },
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
