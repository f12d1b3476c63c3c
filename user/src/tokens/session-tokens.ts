import type { GivenAccess, SessionTokens } from '@souk/contracts/http/session';
import { type RolePolicy, rolesGranted, type Standing } from '../domain/roles.ts';
import type { AccessTokens } from './access-tokens.ts';
import { type RefreshToken, refreshTokenText } from './opaque-tokens.ts';

/** A signed-in user, as of the transaction that decided on it. */
export interface SignedIn extends Standing {
  readonly userId: string;
  /** of access tokens that are issued now */
  readonly generation: number;
}

export interface SessionTokensGiven {
  /** An access token alone: the session's refresh token stays as it is. */
  access(by: SignedIn, sessionId: string): Promise<GivenAccess>;
  /** All tokens that a client gets for a sign-in or a refresh. */
  all(by: SignedIn, refreshToken: RefreshToken): Promise<SessionTokens>;
}

export function sessionTokens(tokens: AccessTokens, policy: RolePolicy): SessionTokensGiven {
  async function access({ userId, generation, ...standing }: SignedIn, sessionId: string): Promise<GivenAccess> {
    const { roles, secondFactorRequired, passwordChangeRequired } = rolesGranted(standing, policy);
    const { secondFactorAt } = standing;
    return {
      accessToken: await tokens.sign({ userId, sessionId, generation, roles, secondFactorAt }),
      expiresIn: tokens.lifetimeS,
      tokenType: 'Bearer',
      ...(secondFactorRequired && { secondFactorRequired }),
      ...(passwordChangeRequired && { passwordChangeRequired }),
    };
  }

  return {
    access,
    all: async (by, refreshToken) => ({ ...(await access(by, refreshToken.sessionId)), refreshToken: refreshTokenText(refreshToken) }),
  };
}
