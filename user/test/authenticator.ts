import { until } from '@souk/chassis/testing/until';
import type { RecoveryCodes, SecondFactorEnrolment } from '@souk/contracts/http/session';
import { TOTP } from 'otpauth';
import { PASSWORD, type RunningUsers } from './running-users.ts';

const STEP_MS = 30_000;
/** The least time that a time step must have left when a test asks for a code, so that the code arrives within it. */
const MARGIN_MS = 3000;

/** The code that an authenticator shows, so many steps from now. The service takes those of -1, 0 and 1, in that order. */
export async function codeOf(secret: string, steps = 0): Promise<string> {
  await until('a time step has begun', async () => Date.now() % STEP_MS < STEP_MS - MARGIN_MS, 2 * MARGIN_MS);
  return new TOTP({ secret }).generate({ timestamp: Date.now() + steps * STEP_MS });
}

/** A code that is of no time near now. */
export async function wrongCodeOf(secret: string): Promise<string> {
  const near = await Promise.all([-2, -1, 0, 1, 2].map((steps) => codeOf(secret, steps)));
  return ['000000', '111111', '222222', '333333', '444444', '555555'].find((code) => !near.includes(code)) ?? '';
}

/** Somebody new with a second factor; the session is the one that confirmed it, with the code of the step before. */
export async function enrolled(users: RunningUsers) {
  const { user, tokens } = await users.signedIn();
  return { user, tokens, ...(await enrol(users, tokens.accessToken)) };
}

export async function enrol({ send }: Pick<RunningUsers, 'send'>, as: string, password = PASSWORD) {
  const begun = await send<SecondFactorEnrolment>('POST', '/users/me/second-factor', { as, body: { password } });
  if (begun.status !== 201) throw new Error(`${begun.status}: ${JSON.stringify(begun.body)}`);
  const { secret } = begun.body;
  const body = { oneTimeCode: await codeOf(secret, -1) };
  const confirmed = await send<RecoveryCodes>('POST', '/users/me/second-factor/confirmation', { as, body });
  if (confirmed.status !== 200) throw new Error(`${confirmed.status}: ${JSON.stringify(confirmed.body)}`);
  return { secret, recoveryCodes: confirmed.body.recoveryCodes };
}
