import { createHash, timingSafeEqual } from 'node:crypto';
import { newSecret, type Operator, type Tokens } from './sessions.ts';

/** Milliseconds for which a link works. */
const LIFE_MS = 15 * 60_000;
/** Links that have not been used; another one replaces the oldest. */
const LIMIT = 10;

interface SignedIn {
  readonly tokens: Tokens;
  readonly operator: Operator;
}

export interface OneTimeLinks {
  /** Returns the token of a link that signs in with these tokens, once. */
  issue(given: SignedIn): string;
  /** undefined: the token is not of a link, was used, or is too old. */
  use(token: string): SignedIn | undefined;
}

interface Link {
  readonly hash: Buffer;
  readonly madeAt: number;
  readonly given: SignedIn;
}

/** Links that sign in without a password: who starts the embedded shop has one in the terminal. Their tokens are kept as hashes. */
export function oneTimeLinks(now: () => number = () => performance.now()): OneTimeLinks {
  let links: readonly Link[] = [];
  return {
    issue(given) {
      const token = newSecret();
      links = [...links, { hash: digest(token), madeAt: now(), given }].slice(-LIMIT);
      return token;
    },
    use(token) {
      const asked = digest(token);
      // All are compared, and each in the same time whatever it holds.
      const [found] = links.filter(({ hash }) => timingSafeEqual(hash, asked));
      links = links.filter((link) => link !== found && now() - link.madeAt < LIFE_MS);
      return found !== undefined && now() - found.madeAt < LIFE_MS ? aged(found.given, now() - found.madeAt) : undefined;
    },
  };
}

/** The tokens lived on while the link lay there. */
function aged({ tokens, operator }: SignedIn, ms: number): SignedIn {
  return { operator, tokens: { ...tokens, expiresIn: Math.max(0, tokens.expiresIn - Math.ceil(ms / 1000)) } };
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
