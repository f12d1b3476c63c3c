import { expect, test } from 'bun:test';
import { holdsPersonal } from '@souk/contracts/schema';
import { TOPIC_NAMES, TOPICS } from '@souk/contracts/topics';
import * as documents from '../src/storage/user-documents.ts';

test('only profiles, address books, sent links and waiting mails hold personal data, and they are removed whole with their user', () => {
  const schemas = Object.entries(documents).filter(([, schema]) => holdsPersonal(schema));
  expect(schemas.map(([name]) => name).toSorted()).toEqual(['AccountLinksDocument', 'AddressBookDocument', 'MailDocument', 'UserDocument']);
  const told = TOPIC_NAMES.filter((topic) => TOPICS[topic].madeBy === 'user' && holdsPersonal(TOPICS[topic].data));
  expect(told).toEqual([]);
});
