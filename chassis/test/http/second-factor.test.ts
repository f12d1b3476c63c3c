import { describe, expect, test } from 'bun:test';
import { Problem } from '../../src/http/problem.ts';
import { requireFreshSecondFactor } from '../../src/http/second-factor.ts';

const NOW = 1_800_000_000_000;

function refusal(secondFactorAt: number | undefined, maxAgeS: number): string | undefined {
  try {
    requireFreshSecondFactor({ secondFactorAt }, maxAgeS, NOW);
    return undefined;
  } catch (error) {
    return error instanceof Problem ? error.code : String(error);
  }
}

describe('a code of lately', () => {
  test('is asked of nobody when the setting is 0', () => {
    expect(refusal(undefined, 0)).toBeUndefined();
  });

  test('is good for as long as the setting says, and not a second longer', () => {
    const at = NOW / 1000;
    expect([at, at - 300, at - 301, undefined].map((given) => refusal(given, 300))).toEqual([undefined, undefined, 'second-factor-stale', 'second-factor-stale']);
  });

  test('is not missed because the clock of who gave it is ahead', () => {
    expect(refusal(NOW / 1000 + 5, 300)).toBeUndefined();
  });
});
