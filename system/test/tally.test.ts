import { describe, expect, test } from 'bun:test';
import { tallyOf } from '../src/tools/check/step-outcome.ts';

describe('the tally of a test run', () => {
  test('counts what bun printed last', () => {
    expect(tallyOf('text about 3 pass\n\n 12 pass\n 1 fail\n', 1)).toEqual({ passed: 12, failed: 1, skipped: 0 });
  });

  test('a skipped test has not passed', () => {
    expect(tallyOf(' 2 pass\n 7 skip\n 0 fail\n', 0)).toEqual({ passed: 2, failed: 0, skipped: 7 });
  });

  test('a run that skipped everything is a failure', () => {
    expect(tallyOf(' 0 pass\n 7 skip\n 0 fail\n', 0)).toEqual({ passed: 0, failed: 1, skipped: 7 });
  });

  test('a crash after green tests is a failure', () => {
    expect(tallyOf(' 12 pass\n 0 fail\n', 139)).toEqual({ passed: 12, failed: 1, skipped: 0 });
  });

  test('no test at all is a failure', () => {
    expect(tallyOf('', 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});
