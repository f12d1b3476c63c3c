import { describe, expect, test } from 'bun:test';
import { notRun, skippedOf } from '../src/tools/check/step-outcome.ts';

describe('what did not run', () => {
  test('is told with its reason, and how to run it', () => {
    const output = 'NOT RUN: a suite needs MySQL\nmore\nNOT RUN: a suite needs MySQL\n';
    const text = notRun([...skippedOf('order', 12, output), ...skippedOf('user', 0, ' 3 pass\n')]);
    expect(text).toBe('\nNOT RUN:\n  order: 12 tests\n    a suite needs MySQL\nRun everything, on real servers started for it: npm test -- --real\n');
  });

  test('is nothing when everything ran', () => {
    expect(notRun(skippedOf('order', 0, ' 12 pass\n'))).toBe('');
  });
});
