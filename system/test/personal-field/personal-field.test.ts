import { expect, test } from 'bun:test';
import { join } from 'node:path';

/** Adds a field to orders in a process of its own, and tells what becomes of it. */
function shopWith(note: string): unknown {
  const run = Bun.spawnSync([process.execPath, join(import.meta.dir, 'personal-field-process.ts'), note], { timeout: 60_000 });
  if (run.exitCode !== 0) throw new Error(run.stderr.toString());
  return JSON.parse(run.stdout.toString());
}

test('a new personal field is erased, withheld, checked for card numbers and checked by verify because of its mark alone', () => {
  expect(shopWith('marks.personal(texts.FreeText)')).toEqual({
    unmarked: [],
    keptInOrder: false,
    keptInEvent: false,
    shownInLog: false,
    shownInDeadLetter: false,
    cardsRefusedAt: ['/wish'],
    missedByVerify: false,
  });
}, 60_000);

test('an unmarked one fails the test that walks every contract', () => {
  expect(shopWith('texts.FreeText')).toMatchObject({
    unmarked: [
      'events.ts OrderCompleted/wish',
      'http/order.ts Order/wish',
      'http/order.ts PlaceOrder/wish',
      'order.completed/wish',
    ],
    keptInOrder: true,
    missedByVerify: true,
  });
}, 60_000);
