import { expect, test } from 'bun:test';
import { heldLog } from '../src/shop/start/held-log.ts';

test('log lines wait for the first line of the command, and none is lost', () => {
  const written: string[] = [];
  const log = heldLog((line) => void written.push(line));
  log.write('a\n');
  log.write('b\n');
  expect(written).toEqual([]);
  log.open();
  log.write('c\n');
  log.open();
  expect(written).toEqual(['a\n', 'b\n', 'c\n']);
});

test('what would take too much memory is not held', () => {
  const written: string[] = [];
  const log = heldLog((line) => void written.push(line));
  const long = 'x'.repeat(100_000);
  for (let n = 0; n < 4; n += 1) log.write(long);
  expect(written).toHaveLength(3 + 1);
});
