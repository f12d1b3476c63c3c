import { expect, test } from 'bun:test';
import { forgetInRounds, startJobs } from '../../src/engine/jobs.ts';
import { until } from '../../src/testing/until.ts';

test('a long job is told to stop when its process stops, and goes on after the next start', async () => {
  let left = 1_000_000;
  const forget = async (limit: number) => {
    left -= limit;
    return limit;
  };
  const job = { name: 'forget', everyMs: 1, run: (signal: AbortSignal) => forgetInRounds(forget, signal) };
  const never = (error: unknown) => {
    throw error;
  };
  const first = startJobs([job], never);
  await until('begun', async () => left < 1_000_000);
  await first.close();
  const rest = left;
  expect(rest).toBeGreaterThan(0);
  const second = startJobs([job], never);
  await until('continued', async () => left < rest);
  await second.close();
});

test('rounds end with the first that finds fewer entries than its limit', async () => {
  const found = [3, 3, 2, 3];
  const limits: number[] = [];
  await forgetInRounds(async (limit) => {
    limits.push(limit);
    return found.shift() ?? 0;
  }, new AbortController().signal, 3);
  expect(limits).toEqual([3, 3, 3]);
  expect(found).toEqual([3]);
});

test('a job that fails runs again, even if its report fails too', async () => {
  let rounds = 0;
  const run = async () => {
    rounds += 1;
    throw new Error('not now');
  };
  const jobs = startJobs([{ name: 'fail', everyMs: 1, run }], () => {
    throw new Error('this cannot be told');
  });
  await until('a second round', () => rounds > 1);
  await jobs.close();
});
