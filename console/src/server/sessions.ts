import type { Role } from '@souk/contracts/access-token';

/** Milliseconds without a request after which a session ends. */
const IDLE_MS = 8 * 3_600_000;
/** Milliseconds after which it ends in any case. */
const LONGEST_MS = 24 * 3_600_000;
/** Maximum number of sessions; another one ends the one that has been idle for longest. */
const LIMIT = 1000;
const SWEEP_EVERY_MS = 60_000;
/** An access token is renewed when it has less left: the services' clocks differ, and requests take time. */
const RENEW_BEFORE_MS = 30_000;

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Life of the access token in seconds. */
  readonly expiresIn: number;
}

export interface Operator {
  readonly userId: string;
  readonly email: string;
  readonly roles: readonly Role[];
  /** Id of the session at User. */
  readonly sessionId: string;
}

/** User does not accept the session's tokens any more: the operator has to sign in again. */
export class SessionOverError extends Error {
  readonly code = 'session-over';
  constructor() {
    super('the session has ended');
    this.name = 'SessionOverError';
  }
}

export interface ConsoleSession {
  readonly operator: Operator;
  /** Aborted when the session ends, for whatever reason. */
  readonly ended: AbortSignal;
  /** An access token with time left. Throws SessionOverError, or the error of a refresh. */
  accessToken(): Promise<string>;
  /** The token that replaces one which a service has refused. Throws as `accessToken` does. */
  tokenAfter(refused: string): Promise<string>;
}

export interface SessionsOptions {
  /** Throws SessionOverError when User does not accept the refresh token any more. */
  readonly refresh: (refreshToken: string) => Promise<Tokens>;
  /** Signs out at User. False: User does not accept the token. Never rejects. */
  readonly signOut: (accessToken: string, operator: Operator) => Promise<boolean>;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
  readonly limit?: number;
}

export interface Sessions {
  /** Returns the secret by which the browser names the session. */
  open(tokens: Tokens, operator: Operator): string;
  /** The live session of this secret, which counts as used by that. */
  find(secret: string): ConsoleSession | undefined;
  /** Ends it here and at User. */
  end(session: ConsoleSession): Promise<void>;
  readonly size: number;
  /** Ends all of them; at User as well if `atUser`. */
  close(options: { readonly atUser: boolean }): Promise<void>;
}

interface Held extends ConsoleSession {
  readonly hash: string;
  readonly ending: AbortController;
  readonly until: number;
  usedAt: number;
  tokens: Tokens;
  renewAt: number;
  renewing: Promise<string> | undefined;
}

/** The sessions of signed-in operators, in memory. Their secrets are kept as hashes; their tokens never leave this process but for the services. */
export function sessions({ refresh, signOut, now = () => performance.now(), limit = LIMIT }: SessionsOptions): Sessions {
  // In the order of their last use, the one idle for longest first.
  const held = new Map<string, Held>();
  let timer: ReturnType<typeof setInterval> | undefined;

  const isOver = ({ usedAt, until }: Held): boolean => now() >= until || now() - usedAt >= IDLE_MS;

  function sweep(): void {
    for (const one of held.values()) if (isOver(one)) void finish(one);
  }

  function forget(one: Held): void {
    held.delete(one.hash);
    one.ending.abort(new SessionOverError());
    if (held.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  async function finish(one: Held): Promise<void> {
    forget(one);
    if (await signOut(one.tokens.accessToken, one.operator)) return;
    // The access token has run out while nobody asked for anything: with that alone the session at User would live on for weeks.
    try {
      await signOut(await renewed(one), one.operator);
    } catch {
      // Either it is over there as well, or User is away, which has been reported.
    }
  }

  async function renew(one: Held): Promise<string> {
    try {
      const tokens = await refresh(one.tokens.refreshToken);
      one.tokens = tokens;
      one.renewAt = renewalOf(tokens);
      return tokens.accessToken;
    } catch (error) {
      if (error instanceof SessionOverError) forget(one);
      throw error;
    } finally {
      one.renewing = undefined;
    }
  }

  const renewalOf = ({ expiresIn }: Tokens): number => now() + Math.max(expiresIn * 1000 - RENEW_BEFORE_MS, (expiresIn * 1000) / 2);

  // A refresh token is spent by its use, so everybody waits for the one refresh under way.
  const renewed = (one: Held): Promise<string> => (one.renewing ??= renew(one));

  function sessionOf(hash: string, tokens: Tokens, operator: Operator): Held {
    const ending = new AbortController();
    const one: Held = {
      hash,
      operator,
      ending,
      ended: ending.signal,
      until: now() + LONGEST_MS,
      usedAt: now(),
      tokens,
      renewAt: renewalOf(tokens),
      renewing: undefined,
      async accessToken() {
        ending.signal.throwIfAborted();
        return now() < one.renewAt ? one.tokens.accessToken : renewed(one);
      },
      async tokenAfter(refused) {
        ending.signal.throwIfAborted();
        return one.tokens.accessToken === refused ? renewed(one) : one.tokens.accessToken;
      },
    };
    return one;
  }

  return {
    open(tokens, operator) {
      const secret = newSecret();
      const [idlest] = held.values();
      if (idlest !== undefined && held.size >= limit) void finish(idlest);
      const one = sessionOf(hashOf(secret), tokens, operator);
      held.set(one.hash, one);
      timer ??= setInterval(sweep, SWEEP_EVERY_MS).unref();
      return secret;
    },
    find(secret) {
      const one = held.get(hashOf(secret));
      if (one === undefined) return undefined;
      if (isOver(one)) {
        void finish(one);
        return undefined;
      }
      one.usedAt = now();
      held.delete(one.hash);
      held.set(one.hash, one);
      return one;
    },
    async end(session) {
      for (const one of held.values()) if (one === session) await finish(one);
    },
    get size() {
      return held.size;
    },
    async close({ atUser }) {
      if (atUser) await Promise.all([...held.values()].map(finish));
      else for (const one of held.values()) forget(one);
    },
  };
}

/** 256 random bits. */
export function newSecret(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url');
}

/** A look-up by a hash tells nobody by its time how much of a guess was right. */
export function hashOf(secret: string): string {
  return Bun.SHA256.hash(secret, 'base64url');
}
