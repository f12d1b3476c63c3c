import { expect, test } from 'bun:test';
import { databaseClock } from '../src/gateway/gateways.ts';
import { NOW } from './builders.ts';

test('asks the database for the time every 10 s, once for all callers, and adds its own ticks in between', async () => {
  let tick = 5000;
  let asked = 0;
  const answers = [NOW, NOW + 500_000];
  const clock = databaseClock(async () => answers[asked++] ?? 0, () => tick);
  expect(await Promise.all([clock(), clock(), clock()])).toEqual([NOW, NOW, NOW]);
  tick += 9999.7;
  expect(await clock()).toBe(NOW + 9999);
  expect(asked).toBe(1);
  tick += 0.3;
  expect(await clock()).toBe(NOW + 500_000);
  expect(asked).toBe(2);
});

test('rejects when the database cannot answer, and the next caller asks again', async () => {
  const answers = [Promise.reject(new Error('away')), Promise.resolve(NOW)];
  const clock = databaseClock(() => answers.shift() ?? Promise.resolve(0));
  expect(await clock().catch(String)).toContain('away');
  expect(await clock()).toBe(NOW);
});
