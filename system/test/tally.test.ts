import { describe, expect, test } from 'bun:test';
import { failedTests, tallyOf } from '../src/tools/check/step-outcome.ts';

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

  test('names each test that failed once, without its time', () => {
    const output = '(pass) a > b [1.00ms]\n(fail) a > c (fail) d [6.49ms]\nerror: x\n\n1 tests failed:\n(fail) a > c (fail) d [6.49ms]\n(fail) e\n';
    expect(failedTests(output)).toEqual(['a > c (fail) d', 'e']);
  });

  test('no test at all is a failure', () => {
    expect(tallyOf('', 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});
