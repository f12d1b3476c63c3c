import type { Principal } from './principal.ts';
import { problem } from './problem.ts';

/**
 * Throws the 403 problem unless a code of the caller's second factor came within the last `maxAgeS` seconds; 0: nobody is
 * asked for one. Refreshing a session does not make a code younger.
 */
export function requireFreshSecondFactor({ secondFactorAt }: Pick<Principal, 'secondFactorAt'>, maxAgeS: number, nowMs = Date.now()): void {
  if (maxAgeS === 0 || isWithin(secondFactorAt, maxAgeS, nowMs)) return;
  const given = secondFactorAt === undefined ? 'none came in this session' : 'the last one is older';
  throw problem('second-factor-stale', {
    detail:
      `This needs a code of your second factor that came within the last ${maxAgeS} s, and ${given}: ` +
      'send one to POST /sessions/second-factor of User, and ask again with the access token that it answers.',
  });
}

function isWithin(secondFactorAt: number | undefined, maxAgeS: number, nowMs: number): boolean {
  return secondFactorAt !== undefined && nowMs / 1000 - secondFactorAt <= maxAgeS;
}
