import type { Principal } from './principal.ts';
import { type Problem, problem } from '../problems/problem.ts';

type Bearer = Pick<Principal, 'secondFactorAt'>;

/** Throws the 403 problem unless a recent second-factor code was given in the caller's session. */
export function requireFreshSecondFactor(bearer: Bearer, maxAgeS: number): void {
  if (!hasFreshSecondFactor(bearer, maxAgeS)) throw secondFactorStale(bearer, maxAgeS);
}

/**
 * True when a code of the caller's second factor was given within the last `maxAgeS` seconds, or when the setting is 0 and none
 * is required. Refreshing a session does not renew the code.
 */
export function hasFreshSecondFactor({ secondFactorAt }: Bearer, maxAgeS: number, nowMs = Date.now()): boolean {
  return maxAgeS === 0 || (secondFactorAt !== undefined && nowMs / 1000 - secondFactorAt <= maxAgeS);
}

export function secondFactorStale({ secondFactorAt }: Bearer, maxAgeS: number): Problem {
  const given = secondFactorAt === undefined ? 'none came in this session' : 'the last one is older';
  return problem('second-factor-stale', {
    detail:
      `This needs a code of your second factor that came within the last ${maxAgeS} s, and ${given}: ` +
      'send one to POST /sessions/second-factor of User, and ask again with the access token that it answers.',
  });
}
