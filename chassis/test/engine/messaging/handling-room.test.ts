import { expect, test } from 'bun:test';
import { handlingRoom } from '../../../src/engine/messaging/handling-room.ts';

/** Who is in, by size. */
function crowd(room = handlingRoom(100)) {
  const inside: number[] = [];
  const enter = (size: number): void => {
    const turn = room.enter(size);
    if (turn === undefined) inside.push(size);
    else void turn.then(() => inside.push(size));
  };
  const leave = async (size: number): Promise<void> => {
    inside.splice(inside.indexOf(size), 1);
    room.leave(size);
    await Promise.resolve();
  };
  return { inside, enter, leave };
}

test('small messages enter at once; one that does not fit waits, and none overtakes it', async () => {
  const { inside, enter, leave } = crowd();
  for (const size of [40, 50, 20, 1]) enter(size);
  expect(inside).toEqual([40, 50]);
  await leave(50);
  expect(inside).toEqual([40, 20, 1]);
});

test('a message larger than the room gets all of it', async () => {
  const { inside, enter, leave } = crowd();
  for (const size of [10, 500, 10]) enter(size);
  expect(inside).toEqual([10]);
  await leave(10);
  expect(inside).toEqual([500]);
  await leave(500);
  expect(inside).toEqual([10]);
});
