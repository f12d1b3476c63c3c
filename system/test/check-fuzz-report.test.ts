import { expect, test } from 'bun:test';
import { readFuzzReport } from '../src/tools/fuzz/schemathesis.ts';

const CLEAN = {
  stop_reason: 'completed',
  running_time: 12.4,
  operations: { total: 30, selected: 28, tested: 28 },
  test_cases: { generated: 9000 },
  failures: [] as { operations: string[] }[],
  errors: [] as { title: string; count: number }[],
};

const read = (report: Partial<typeof CLEAN>) => readFuzzReport(JSON.stringify({ ...CLEAN, ...report }));

test('each operation whose answers are as documented has passed', () => {
  expect(read({})).toEqual({ passed: 28, failed: 0, examples: 9000, seconds: 12, isCutShort: false });
});

test('an operation with several findings is one failure', () => {
  const failures = [{ operations: ['GET /orders', 'POST /orders'] }, { operations: ['POST /orders'] }];
  expect(read({ failures })).toMatchObject({ passed: 26, failed: 2 });
});

test('an error that kept an operation from being tested is a failure', () => {
  expect(read({ errors: [{ title: 'Network Error', count: 3 }] })).toMatchObject({ failed: 3 });
});

test('an operation that was silently left out is a failure', () => {
  expect(read({ operations: { total: 30, selected: 28, tested: 27 } })).toMatchObject({ passed: 27, failed: 1 });
});

test('a run that was stopped at its limit counts with what it has tested', () => {
  const half = { stop_reason: 'interrupted', operations: { total: 30, selected: 28, tested: 20 } };
  expect(read(half)).toMatchObject({ passed: 20, failed: 0, isCutShort: true });
});

test.each([
  ['asked nothing', { operations: { total: 30, selected: 0, tested: 0 } }],
  ['lost the server', { stop_reason: 'server_unavailable' }],
  ['had no document', { operations: null as never }],
])('a run that %s is a failure', (_, report) => {
  expect(read(report).failed).toBe(1);
});
