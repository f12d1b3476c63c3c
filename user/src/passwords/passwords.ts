import { availableParallelism } from 'node:os';
import { fairTurns } from './fair-turns.ts';

/** Queues apart, so that none of them makes another one long. `proof`: of who is signed in, or follows a link from a mail. */
export interface Asker {
  readonly queue: 'sign-in' | 'registration' | 'proof';
  /** the client's address; undefined where nobody counts by it */
  readonly from: string | undefined;
}

export interface Passwords {
  /** Throws OverloadedError when too much waits, as `matches` does. */
  hash(password: string, asker: Asker): Promise<string>;
  /** Without a hash it does the same work and answers false: the time does not say whether there is an account. */
  matches(password: string, hash: string | undefined, asker: Asker): Promise<boolean>;
}

/**
 * One of the settings for argon2id that OWASP's Password Storage Cheat Sheet calls equal: 9 MiB and four passes instead of
 * 19 MiB and two, for the memory a process keeps. One takes about 25 ms of a core.
 */
const ARGON2ID = { algorithm: 'argon2id', memoryCost: 9216, timeCost: 4 } as const;

/** Of a random password that was thrown away; made with the same parameters. */
export const NOBODYS_HASH =
  '$argon2id$v=19$m=9216,t=4,p=1' +
  '$PZfhsVflWE6+07BRc5RNZRd/8A13tqs0gWFztnU2U3s$6FAjXSqnm7Bk1jCYyR9LP4u2etDlMx/Mrw9676pnt6M';

/** One core stays free for everything else; who would wait longer than a second or two in one queue is sent away. */
const LIMITS = { atOnce: Math.max(1, availableParallelism() - 1), waiting: 40, waitingPerKey: 20, retryAfterSeconds: 2 };
const UNCOUNTED = 'anybody';

/** `countsAddresses`: else all addresses are one, which may have every place. */
export function argon2Passwords({ countsAddresses }: { readonly countsAddresses: boolean }): Passwords {
  const inTurn = fairTurns<Asker['queue']>(countsAddresses ? LIMITS : { ...LIMITS, waitingPerKey: LIMITS.waiting });
  const turnOf = ({ queue, from = UNCOUNTED }: Asker) => ({ queue, key: from });
  return {
    hash: (password, asker) => inTurn(turnOf(asker), () => Bun.password.hash(normalised(password), ARGON2ID)),
    async matches(password, hash, asker) {
      const isRight = await inTurn(turnOf(asker), () => Bun.password.verify(normalised(password), hash ?? NOBODYS_HASH));
      return isRight && hash !== undefined;
    },
  };
}

/** The same password typed on another system can come in another Unicode form (NIST SP 800-63B, 3.1.1.2). */
function normalised(password: string): string {
  return password.normalize('NFKC');
}
