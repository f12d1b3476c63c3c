import type { SessionTokens } from '@souk/contracts/http/session';

const TRY_AGAIN_MS = 1000;

/** The access token of somebody who goes on for longer than one lives. */
export type KeptSession = () => Promise<string>;

/**
 * Signs in, and again when half of a token's life is over, while the old one is used; who asks when three quarters are over
 * waits for the next. As long as signing in fails it is tried once a second, and the old one stays: what is refused then is
 * for the caller to tell.
 */
export function keptSession(signIn: () => Promise<SessionTokens>): KeptSession {
  let token = '';
  let renewAt = 0;
  let waitAt = 0;
  let renewing: Promise<void> | undefined;

  async function renew(): Promise<void> {
    // It lives from somewhere between asking and hearing.
    const askedAt = performance.now();
    renewAt = askedAt + TRY_AGAIN_MS;
    try {
      const { accessToken, expiresIn } = await signIn();
      token = accessToken;
      renewAt = askedAt + expiresIn * 500;
      waitAt = askedAt + expiresIn * 750;
    } catch (error) {
      if (token === '') throw error;
    }
  }

  return async () => {
    if (performance.now() >= renewAt) renewing = renew();
    if (performance.now() >= waitAt) await renewing;
    return token;
  };
}
