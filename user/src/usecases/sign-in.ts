import { newId } from '@souk/chassis/ids';
import type { Microservice } from '@souk/chassis/microservice';
import type { Cause } from '@souk/chassis/writer/input';
import { normalisedEmail } from '@souk/contracts/email';
import type { SessionTokens, SignIn } from '@souk/contracts/http/session';
import type { UserCollections, UserReads } from '../storage/user-store.ts';
import type { AccessTokens } from '../tokens/access-tokens.ts';
import { hashesOf, newRefreshToken } from '../tokens/refresh-token.ts';
import { sessionTokens } from '../tokens/session-tokens.ts';
import { attemptKey } from './attempt-key.ts';
import { openSession } from './open-session.ts';
import type { Tried, TryPassword } from './try-password.ts';

interface SignInDeps {
  readonly commands: Pick<Microservice<UserCollections>, 'execute'>;
  readonly reads: Pick<UserReads, 'credentialOf'>;
  readonly tryPassword: TryPassword;
  readonly tokens: AccessTokens;
  /** Resolves when there is a first admin. */
  admin(): Promise<void>;
}

type SigningIn =
  | { readonly kind: 'signed-in'; readonly tokens: SessionTokens }
  | Exclude<Tried, { readonly kind: 'right' }>;

/**
 * Neither the answer nor the work done for it says whether the address or the password was wrong, and both are counted
 * alike. `clientAddress`: undefined where nobody counts by it.
 */
export function signIn({ commands, reads, tryPassword: trying, tokens, admin }: SignInDeps) {
  return async (
    { email: address, password }: SignIn,
    clientAddress: string | undefined,
    cause: Cause,
  ): Promise<SigningIn> => {
    await admin();
    const email = normalisedEmail(address);
    const credential = await reads.credentialOf(email);
    const account = attemptKey.account(email);
    const attempt = { account, address: clientAddress && attemptKey.address(clientAddress) };
    const tried = await trying(attempt, password, credential?.passwordHash, cause);
    if (tried.kind !== 'right') return tried;
    if (credential === undefined) return { kind: 'wrong' };
    const { userId, passwordHash } = credential;
    const token = newRefreshToken(newId());
    const asked = { sessionId: token.sessionId, userId, passwordHash, attempts: account, ...hashesOf(token) };
    const by = await commands.execute(openSession, asked, cause);
    return by === undefined ? { kind: 'wrong' } : { kind: 'signed-in', tokens: await sessionTokens(tokens, by, token) };
  };
}
