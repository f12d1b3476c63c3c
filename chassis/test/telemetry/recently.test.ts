import { expect, test } from 'bun:test';
import { recently } from '../../src/telemetry/metrics.ts';

const never = (error: unknown) => {
  throw error;
};

test('a figure is read once for any number of simultaneous readers', async () => {
  let asked = 0;
  const { promise, resolve } = Promise.withResolvers<number>();
  const read = recently(
    () => {
      asked += 1;
      return promise;
    },
    0,
    never,
    'not read',
  );
  const looked = [read(), read(), read()];
  resolve(7);
  expect(await Promise.all(looked)).toEqual([7, 7, 7]);
  expect(await read()).toBe(7);
  expect(asked).toBe(1);
});

test('a failed read returns the last answer and reports the error', async () => {
  const reported: unknown[] = [];
  const read = recently(() => Promise.reject(new Error('away')), 3, (error) => void reported.push(error), 'not read');
  expect(await read()).toBe(3);
  expect(await read()).toBe(3);
  expect(reported).toEqual([new Error('away')]);
});

test('a slow read is not waited for', async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const read = recently(() => promise, 3, never, 'not read');
  expect(await read()).toBe(3);
  resolve(4);
  await promise;
  expect(await read()).toBe(4);
});
