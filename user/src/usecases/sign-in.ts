import { newId } from '@souk/chassis/ids';
import type { Microservice } from '@souk/chassis/microservice';
import type { Cause } from '@souk/chassis/writer/input';
import type { SessionTokens, SignIn } from '@souk/contracts/http/session';
import { normalisedEmail } from '../domain/email.ts';
import type { Passwords } from '../passwords/passwords.ts';
import type { UserCollections, UserReads } from '../storage/user-store.ts';
import type { AccessTokens } from '../tokens/access-tokens.ts';
import { hashesOf, newRefreshToken } from '../tokens/refresh-token.ts';
import { sessionTokens } from '../tokens/session-tokens.ts';
import { openSession } from './open-session.ts';

interface SignInDeps {
  readonly commands: Pick<Microservice<UserCollections>, 'execute'>;
  readonly reads: Pick<UserReads, 'credentialOf'>;
  readonly passwords: Passwords;
  readonly tokens: AccessTokens;
  /** Resolves when there is a first admin. */
  admin(): Promise<void>;
}

/** Undefined: wrong. Neither the answer nor the work done for it says whether the address or the password was. */
export function signIn({ commands, reads, passwords, tokens, admin }: SignInDeps) {
  return async ({ email, password }: SignIn, cause: Cause): Promise<SessionTokens | undefined> => {
    await admin();
    const credential = await reads.credentialOf(normalisedEmail(email));
    const isRight = await passwords.matches(password, credential?.passwordHash);
    if (!isRight || credential === undefined) return undefined;
    const { userId, passwordHash } = credential;
    const sessionId = newId();
    const token = newRefreshToken(sessionId);
    const by = await commands.execute(openSession, { sessionId, userId, passwordHash, ...hashesOf(token) }, cause);
    return by && sessionTokens(tokens, by, token);
  };
}
