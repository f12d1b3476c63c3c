import { describe, expect, test } from 'bun:test';
import { type Place, waitingRoom } from '../../../src/log/kafka/partition-worker.ts';

/** A partition of a room for 100; `told` counts how often it was asked to judge again. */
function partition(room: ReturnType<typeof waitingRoom>): Place & { readonly told: number } {
  let told = 0;
  const place = room.enter(() => {
    told += 1;
  });
  return Object.defineProperty(place, 'told', { get: () => told }) as Place & { readonly told: number };
}

describe('messages that wait for their handlers', () => {
  test('above one room only partitions without messages fetch, above two none; half a room lower they resume', () => {
    const room = waitingRoom(100);
    const [one, other] = [partition(room), partition(room)];
    const open = () => [one.isOpen(true), other.isOpen(false)];
    one.changed(100);
    expect(open()).toEqual([true, true]);
    one.changed(1);
    expect(open()).toEqual([false, true]);
    other.changed(100);
    expect(open()).toEqual([false, false]);
    other.changed(-51);
    expect(open()).toEqual([false, true]);
    one.changed(-99);
    expect(open()).toEqual([false, true]);
    one.changed(-2);
    expect(open()).toEqual([true, true]);
    expect(other.told).toBe(4);
  });

  test('no longer count when their partition was handed over', () => {
    const room = waitingRoom(100);
    const [one, other] = [partition(room), partition(room)];
    one.changed(1000);
    one.leave();
    expect(other.isOpen(true)).toBe(true);
    other.changed(101);
    expect(one.told).toBe(1);
    expect(other.isOpen(true)).toBe(false);
  });
});
