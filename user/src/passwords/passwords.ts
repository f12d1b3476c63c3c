import { availableParallelism } from 'node:os';
import { limited } from './limited.ts';

export interface Passwords {
  /** Throws OverloadedError when too much waits, as `matches` does. */
  hash(password: string): Promise<string>;
  /** Without a hash it does the same work and answers false: the time does not say whether there is an account. */
  matches(password: string, hash: string | undefined): Promise<boolean>;
}

/** OWASP's least for argon2id: 19 MiB, two passes. One takes about 25 ms of a core, and 19 MiB. */
const ARGON2ID = { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 } as const;

/** Of a random password that was thrown away; made with the same parameters. */
export const NOBODYS_HASH =
  '$argon2id$v=19$m=19456,t=2,p=1' +
  '$3l8n07cyCg6iB1lbC+g+hGjfIvkgZFEB1NaUa01LACA$uYmEMLFn2r39brg4OOhKxp6QXYheZZkuogVzG1VY8gc';

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
