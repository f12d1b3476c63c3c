import { describe, expect, test } from 'bun:test';
import { outcomeOf } from '../src/tools/check/step-outcome.ts';
import { ADVISORIES, fuzzing, LOOKS, TESTS } from '../src/tools/check/steps.ts';
import { EXIT } from '../src/cli/errors.ts';

const LACKING = { output: 'NOT RUN: fuzzing needs python3. Install it.\n', code: EXIT.environment };

describe('what a step adds to the tally', () => {
  test.each([...LOOKS])('$name counts as one', (step) => {
    expect(outcomeOf(step, { output: '', code: 0 }, true)).toEqual({ passed: 1, failed: 0, skipped: [] });
    expect(outcomeOf(step, { output: ' 5 pass\n', code: 1 }, true)).toEqual({ passed: 0, failed: 1, skipped: [] });
  });

  test.each([...TESTS.flat(), fuzzing(20)])('$name counts what it printed', (step) => {
    expect(outcomeOf(step, { output: ' 5 pass\n 2 fail\n', code: 1 }, false)).toEqual({ passed: 5, failed: 2, skipped: [] });
  });

  test('fuzzing without its prerequisites counts as not run, with the reason', () => {
    const reasons = ['fuzzing needs python3. Install it.'];
    expect(outcomeOf(fuzzing(20), LACKING, false)).toEqual({ passed: 0, failed: 0, skipped: [{ step: 'fuzzing', tests: 0, reasons }] });
  });

  test('fuzzing that did not run is a failure where everything must run', () => {
    expect(outcomeOf(fuzzing(300), LACKING, true)).toMatchObject({ passed: 0, failed: 1 });
  });

  test.each([true, false])('an audit that the registry did not answer is neither passed nor failed, and says so, also where everything must run (%j)', (mustRun) => {
    const refused = { output: 'NOT RUN: the audit could not ask.\n', code: EXIT.environment };
    expect(outcomeOf(ADVISORIES, refused, mustRun)).toEqual({ passed: 0, failed: 0, skipped: [{ step: ADVISORIES.name, tests: 0, reasons: ['the audit could not ask.'] }] });
  });

  test('an audit that reports a fault has failed', () => {
    expect(outcomeOf(ADVISORIES, { output: 'published faults: x\n', code: EXIT.failed }, false)).toMatchObject({ passed: 0, failed: 1 });
  });

  test.each([...LOOKS, ...TESTS.flat()])('no exit code lets $name count as not run', (step) => {
    expect(outcomeOf(step, LACKING, false).failed).toBe(1);
  });

  test('every folder of system tests is run by one step: what one step ignores another one runs', () => {
    const ofSystem = TESTS.flat().filter(({ folder }) => folder.endsWith('/system'));
    const leftOut = ofSystem.flatMap(({ words }) => words.flatMap((word) => /^--path-ignore-patterns=(.*)\/\*\*$/.exec(word)?.[1] ?? []));
    const run = ofSystem.flatMap(({ words }) => words.filter((word) => word.startsWith('test/')));
    expect(leftOut).not.toBeEmpty();
    expect(run).toEqual(leftOut);
  });
});
