import { availableParallelism } from 'node:os';
import { fairTurns } from './fair-turns.ts';

/** The caller. The queues are apart, so that none makes another one long. `proof`: a signed-in user, or one with a link from a mail. */
export interface Asker {
  readonly queue: 'sign-in' | 'registration' | 'proof';
  /** the client's address; undefined: addresses are not counted */
  readonly from: string | undefined;
}

export interface Passwords {
  /** Throws OverloadedError when too much waits, as `matches` does. */
  hash(password: string, asker: Asker): Promise<string>;
  /** Without a hash it does the same work and returns false, so that the time does not reveal if there is an account. */
  matches(password: string, hash: string | undefined, asker: Asker): Promise<boolean>;
}

/**
 * One of the settings for argon2id that OWASP's Password Storage Cheat Sheet calls equal: 9 MiB and four passes instead of
 * 19 MiB and two, because of the memory that a process keeps. One hash takes about 25 ms of a core.
 */
const ARGON2ID = { algorithm: 'argon2id', memoryCost: 9216, timeCost: 4 } as const;

/** Hash of a random password that was thrown away, made with the same parameters. */
export const NOBODYS_HASH =
  '$argon2id$v=19$m=9216,t=4,p=1' +
  '$PZfhsVflWE6+07BRc5RNZRd/8A13tqs0gWFztnU2U3s$6FAjXSqnm7Bk1jCYyR9LP4u2etDlMx/Mrw9676pnt6M';

/** One core stays free for everything else; a request that would wait longer than a second or two in one queue is refused. */
const LIMITS = { atOnce: Math.max(1, availableParallelism() - 1), waiting: 40, waitingPerKey: 20, retryAfterSeconds: 2 };
const UNCOUNTED = 'anybody';

/** Without `countsAddresses` all addresses count as one, which may take every place. */
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

/** The same password typed on another system can arrive in another Unicode form (NIST SP 800-63B, 3.1.1.2). */
function normalised(password: string): string {
  return password.normalize('NFKC');
}
