import { expect, test } from 'bun:test';
import { StorageError } from '@souk/chassis/storage-error';
import { isDiskFull } from '../src/cli/errors.ts';

const full = new StorageError('connection', new Error('database or disk is full'));

test.each([
  ['as a store tells it', full],
  ['as the system tells it', Object.assign(new Error('write'), { code: 'ENOSPC' })],
  ['behind another error', new Error('no accounts', { cause: full })],
  ['when stopping fails as well', new AggregateError([full, new Error('did not stop cleanly')], 'start failed')],
])('a full disk is known %s', (_how, error) => expect(isDiskFull(error)).toBe(true));

test('other errors are not a full disk', () => {
  for (const error of [new StorageError('connection', new Error('disk I/O error')), 'full', undefined]) expect(isDiskFull(error)).toBe(false);
});
