import { describe, expect, test } from 'bun:test';
import { askedTogether } from '../../src/web/limits/asked-together.ts';
import { until } from '../../src/testing/until.ts';

const BUSY = new Error('busy');

function shop(there: Set<string>, { absentMs = 60_000 } = {}) {
  const calls: (readonly string[])[] = [];
  let atOnce = 0;
  let most = 0;
  const ask = askedTogether<string>({
    async fetch(keys) {
      calls.push(keys);
      most = Math.max(most, (atOnce += 1));
      await Bun.sleep(5);
      atOnce -= 1;
      if (keys.includes('broken')) throw new Error('away');
      return new Map(keys.filter((key) => there.has(key)).map((key) => [key, `the ${key}`]));
    },
    busy: () => BUSY,
    pauseMs: 1,
    absentMs,
  });
  return { ask, calls, most: () => most };
}

describe('lookups of single keys', () => {
  test('are made together, one call at a time, with 100 keys each and each key once', async () => {
    const { ask, calls, most } = shop(new Set(['k7']));
    const keys = Array.from({ length: 300 }, (_, n) => `k${n}`);
    const answers = await Promise.all([...keys, ...keys].map(ask));
    expect(answers.filter((answer) => answer !== undefined)).toEqual(['the k7', 'the k7']);
    expect(calls.flat()).toEqual(keys);
    expect(Math.max(...calls.map(({ length }) => length))).toBe(100);
    expect(most()).toBe(1);
  });

  test('are not repeated for a while when the key did not exist', async () => {
    const there = new Set<string>();
    const { ask, calls } = shop(there);
    for (let i = 0; i < 3; i += 1) expect(await ask('gone')).toBeUndefined();
    expect(calls).toHaveLength(1);
    const soon = shop(there, { absentMs: 0 });
    await soon.ask('gone');
    there.add('gone');
    expect(await soon.ask('gone')).toBe('the gone');
  });

  test('are refused while 500 keys wait, and go on afterwards', async () => {
    const { ask } = shop(new Set());
    const many = Array.from({ length: 501 }, (_, n) => ask(`k${n}`).then(() => 'answered', (error: unknown) => error));
    // The first goes out at once, with what is there at that moment: itself.
    await expect(ask('one-more').then(() => ask('and-one'))).rejects.toBe(BUSY);
    expect(new Set(await Promise.all(many))).toEqual(new Set(['answered']));
    expect(await ask('later')).toBeUndefined();
  });

  test('fail with their call, and no others do', async () => {
    const { ask } = shop(new Set(['here']));
    await expect(ask('broken')).rejects.toThrow('away');
    expect(await ask('here')).toBe('the here');
    await until('it may be asked for again', async () => (await ask('here')) === 'the here');
  });
});
