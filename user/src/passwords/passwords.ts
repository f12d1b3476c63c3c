import { availableParallelism } from 'node:os';
import { limited } from './limited.ts';

export interface Passwords {
  /** Throws OverloadedError when too much waits, as `matches` does. */
  hash(password: string): Promise<string>;
  /** Without a hash it does the same work and answers false: the time does not say whether there is an account. */
  matches(password: string, hash: string | undefined): Promise<boolean>;
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

/** One core stays free for everything else; who would wait longer than a second or two is sent away. */
const LIMITS = { atOnce: Math.max(1, availableParallelism() - 1), waiting: 40, retryAfterSeconds: 2 };

export function argon2Passwords(): Passwords {
  const inTurn = limited(LIMITS);
  return {
    hash: (password) => inTurn(() => Bun.password.hash(normalised(password), ARGON2ID)),
    async matches(password, hash) {
      const isRight = await inTurn(() => Bun.password.verify(normalised(password), hash ?? NOBODYS_HASH));
      return isRight && hash !== undefined;
    },
  };
}

/** The same password typed on another system can come in another Unicode form (NIST SP 800-63B, 3.1.1.2). */
function normalised(password: string): string {
  return password.normalize('NFKC');
}
