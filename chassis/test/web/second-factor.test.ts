import { describe, expect, test } from 'bun:test';
import { hasFreshSecondFactor, requireFreshSecondFactor } from '../../src/web/sign-in/principal.ts';

const NOW = 1_800_000_000_000;
const isFresh = (secondFactorAt: number | undefined, maxAgeS: number) => hasFreshSecondFactor({ secondFactorAt }, maxAgeS, NOW);

describe('a recent code of the second factor', () => {
  test('is required of nobody when the setting is 0', () => {
    expect(isFresh(undefined, 0)).toBe(true);
    expect(() => requireFreshSecondFactor({}, 0)).not.toThrow();
  });

  test('counts for as long as the setting says, and not a second longer', () => {
    const at = NOW / 1000;
    expect([at, at - 300, at - 301, undefined].map((given) => isFresh(given, 300))).toEqual([true, true, false, false]);
  });

  test('counts even if the clock of its issuer is ahead', () => {
    expect(isFresh(NOW / 1000 + 5, 300)).toBe(true);
  });

  test('is asked for, with what to do, whether none was given or an old one', () => {
    for (const secondFactorAt of [undefined, 1]) {
      expect(() => requireFreshSecondFactor({ secondFactorAt }, 300)).toThrow(
        expect.objectContaining({ code: 'second-factor-stale', message: expect.stringContaining('POST /sessions/second-factor') }),
      );
    }
  });
});
