import { expect, test } from 'bun:test';
import { unmarkedTexts } from './free-texts.ts';

test('every free text of every contract says whose it is: personal, impersonal or secret', async () => {
  expect(await unmarkedTexts()).toEqual([]);
});
