import type { SessionTokens } from '@souk/contracts/http/session';

const TRY_AGAIN_MS = 1000;

/** The access token of somebody who goes on for longer than one lives. */
export type KeptSession = () => Promise<string>;

/**
 * Signs in, and again when half of a token's life is over, while the old one is used; who asks when three quarters are over
 * waits for the next, and is told when signing in fails. It is tried once a second at most.
 */
export function keptSession(signIn: () => Promise<SessionTokens>): KeptSession {
  let token = '';
  let renewAt = 0;
  let waitAt = 0;
  let renewing = Promise.resolve();

  async function renew(): Promise<void> {
    // It lives from somewhere between asking and hearing.
    const askedAt = performance.now();
    renewAt = askedAt + TRY_AGAIN_MS;
    const { accessToken, expiresIn } = await signIn();
    token = accessToken;
    renewAt = askedAt + expiresIn * 500;
    waitAt = askedAt + expiresIn * 750;
  }

  return async () => {
    if (performance.now() >= renewAt) {
      renewing = renew();
      // As long as the old token is good, nobody waits for it.
      renewing.catch(() => undefined);
    }
    if (performance.now() >= waitAt) await renewing;
    return token;
  };
}
