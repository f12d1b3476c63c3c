import { describe, expect, test } from 'bun:test';
import { OverloadedError } from '@souk/chassis/input-errors';
import { fairTurns } from '../src/passwords/fair-turns.ts';

/** Work that ends when it is told to, and what of it has begun and been refused so far. */
function queues(rules: Partial<Parameters<typeof fairTurns>[0]> = {}) {
  const inTurn = fairTurns<'in' | 'new'>({ atOnce: 1, waiting: 4, waitingPerKey: 3, retryAfterSeconds: 7, ...rules });
  const begun: string[] = [];
  const refused: string[] = [];
  const ends: (() => void)[] = [];
  const ask = (name: string, key: string, queue: 'in' | 'new' = 'in') =>
    inTurn({ queue, key }, async () => {
      begun.push(name);
      await new Promise<void>((resolve) => ends.push(resolve));
    }).catch((error: unknown) => {
      expect(error).toBeInstanceOf(OverloadedError);
      expect(error).toMatchObject({ retryAfterSeconds: 7 });
      refused.push(name);
    });
  /** Ends one piece after the other until none is left. */
  async function endAll(): Promise<void> {
    for (let end = ends.shift(); end !== undefined; end = ends.shift()) {
      end();
      await Bun.sleep(0);
    }
  }
  return { ask, begun, refused, endAll };
}

describe('work in turns', () => {
  test('runs a limited number of pieces at once, and those of one key in their order', async () => {
    const { ask, begun, endAll } = queues({ atOnce: 2 });
    for (const name of ['1', '2', '3', '4']) void ask(name, 'ada');
    expect(begun).toEqual(['1', '2']);
    await endAll();
    expect(begun).toEqual(['1', '2', '3', '4']);
  });

  test('goes round among keys: a key with much work waits behind itself', async () => {
    const { ask, begun, endAll } = queues();
    for (const name of ['flood 1', 'flood 2', 'flood 3', 'flood 4']) void ask(name, 'flood');
    void ask('ada', 'ada');
    await endAll();
    expect(begun).toEqual(['flood 1', 'flood 2', 'ada', 'flood 3', 'flood 4']);
  });

  test('goes round among queues: a long one delays another by one piece', async () => {
    const { ask, begun, endAll } = queues();
    for (const name of ['new 1', 'new 2', 'new 3', 'new 4']) void ask(name, 'flood', 'new');
    for (const name of ['in 1', 'in 2']) void ask(name, 'ada', 'in');
    await endAll();
    expect(begun).toEqual(['new 1', 'new 2', 'in 1', 'new 3', 'in 2', 'new 4']);
  });

  test('limits the places of a key, and those of each queue', async () => {
    const { ask, refused, endAll } = queues();
    for (const name of ['1', '2', '3', '4', '5']) void ask(name, 'flood');
    await Bun.sleep(0);
    expect(refused).toEqual(['5']);
    void ask('in', 'ada');
    void ask('new', 'ada', 'new');
    await endAll();
    expect(refused).toEqual(['5']);
  });

  test('makes room in a full queue for a key with less work, by refusing the last piece of the key with most', async () => {
    const { ask, begun, refused, endAll } = queues();
    for (const name of ['running', 'one 1', 'one 2', 'one 3']) void ask(name, 'one');
    for (const key of ['two', 'three', 'four', 'five']) void ask(key, key);
    await endAll();
    expect(refused.toSorted()).toEqual(['five', 'one 2', 'one 3']);
    expect(begun).toEqual(['running', 'one 1', 'two', 'three', 'four']);
  });

  test('passes the place on when a piece fails', async () => {
    const inTurn = fairTurns({ atOnce: 1, waiting: 1, waitingPerKey: 1, retryAfterSeconds: 1 });
    const turn = { queue: 'in', key: 'ada' };
    const failing = inTurn(turn, () => Promise.reject(new Error('no')));
    const next = inTurn(turn, async () => 'done');
    expect(await failing.catch((error: unknown) => error)).toBeInstanceOf(Error);
    expect(await next).toBe('done');
    expect(await inTurn(turn, async () => 'again')).toBe('again');
  });
});
