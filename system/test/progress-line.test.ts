import { describe, expect, test } from 'bun:test';
import { progressLine } from '../src/cli/progress-line.ts';

function written(isTTY: boolean, everyMs: number): string {
  let text = '';
  const write = (chunk: string | Uint8Array) => {
    text += String(chunk);
    return true;
  };
  const { tell, end } = progressLine({ isTTY, write }, everyMs);
  tell('reading orders: 1000');
  tell('reading orders: 2000');
  end();
  return text;
}

describe('progress', () => {
  test('is separate lines in a file', () => expect(written(false, 0)).toBe('reading orders: 1000\nreading orders: 2000\n'));

  test('is one line on a terminal, which is cleared in the end', () =>
    expect(written(true, 0)).toBe('\r\u001B[Kreading orders: 1000\r\u001B[Kreading orders: 2000\r\u001B[K'));

  test('is not shown for what ends soon', () => expect([written(true, 60_000), written(false, 60_000)]).toEqual(['', '']));
});
