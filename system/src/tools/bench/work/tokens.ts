import type { SessionTokens } from '@souk/contracts/http/session';

const TRY_AGAIN_MS = 1000;

/** The access token of a caller who goes on for longer than one token lives. */
export type KeptSession = () => Promise<string>;

/**
 * Signs in, and again when half of a token's life is over, while the old one is used. A caller who asks when three quarters are
 * over waits for the next token, and gets the error if the sign-in fails. It is tried at most once a second.
 */
export function keptSession(signIn: () => Promise<SessionTokens>): KeptSession {
  let token = '';
  let renewAt = 0;
  let waitAt = 0;
  let renewing = Promise.resolve();

  async function renew(): Promise<void> {
    // Its life began between request and answer; counting from the request is safe.
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
      // As long as the old token is valid, nobody waits for the new one.
      renewing.catch(() => undefined);
    }
    if (performance.now() >= waitAt) await renewing;
    return token;
  };
}
