import { describe, expect, test } from 'bun:test';
import { hasFreshSecondFactor, requireFreshSecondFactor } from '../../src/web/sign-in/second-factor.ts';

const NOW = 1_800_000_000_000;
const isFresh = (secondFactorAt: number | undefined, maxAgeS: number) => hasFreshSecondFactor({ secondFactorAt }, maxAgeS, NOW);

describe('a code of lately', () => {
  test('is asked of nobody when the setting is 0', () => {
    expect(isFresh(undefined, 0)).toBe(true);
    expect(() => requireFreshSecondFactor({}, 0)).not.toThrow();
  });

  test('is good for as long as the setting says, and not a second longer', () => {
    const at = NOW / 1000;
    expect([at, at - 300, at - 301, undefined].map((given) => isFresh(given, 300))).toEqual([true, true, false, false]);
  });

  test('is not missed because the clock of who gave it is ahead', () => {
    expect(isFresh(NOW / 1000 + 5, 300)).toBe(true);
  });

  test('is refused with what to do, whether none came or an old one', () => {
    for (const secondFactorAt of [undefined, 1]) {
      expect(() => requireFreshSecondFactor({ secondFactorAt }, 300)).toThrow(
        expect.objectContaining({ code: 'second-factor-stale', message: expect.stringContaining('POST /sessions/second-factor') }),
      );
    }
  });
});
