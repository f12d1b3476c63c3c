import type { SessionTokens } from '@souk/contracts/http/session';
import type { Role } from '@souk/contracts/roles';
import type { AccessTokens } from './access-tokens.ts';
import { type RefreshToken, refreshTokenText } from './refresh-token.ts';

/** Who is signed in, once the store knows of it. */
export interface SignedIn {
  readonly userId: string;
  readonly roles: readonly Role[];
  /** of access tokens that are given now */
  readonly generation: number;
}

/** What a client gets for signing in or for refreshing. */
export async function sessionTokens(
  tokens: AccessTokens,
  { userId, roles, generation }: SignedIn,
  refreshToken: RefreshToken,
): Promise<SessionTokens> {
  return {
    accessToken: await tokens.sign({ userId, sessionId: refreshToken.sessionId, generation, roles }),
    refreshToken: refreshTokenText(refreshToken),
    expiresIn: tokens.lifetimeS,
    tokenType: 'Bearer',
  };
}
