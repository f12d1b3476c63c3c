import { expect, test } from 'bun:test';
import { letterItem, type LetterPlace, readLetterItem } from '../../src/page/letter-place.ts';

const LETTER = { id: '01890000-0000-7000-8000-0000000000a1', key: 'a/b % "<c>"' };

const PLACES: readonly LetterPlace[] = [
  { status: 'dead' },
  { status: 'discarded' },
  { status: 'dead', service: 'order', group: 'x1' },
  { status: 'redriven', service: 'payment', group: 'x/1', letter: LETTER },
];

test.each(PLACES.map((place) => [place] as const))('What is open in the panel of letters is written into the URL and read back: %j', (place) => {
  expect(readLetterItem(letterItem(place))).toEqual(place);
});

test('The list of dead groups needs no word in the URL', () => {
  expect(letterItem({ status: 'dead' })).toBeUndefined();
});

test.each(['nobody/x', '%E0%A4%A', '/', 'redriven/%00/x'])('An item that nobody wrote leads to a list: %s', (item) => {
  expect(readLetterItem(item).service).toBeUndefined();
});
