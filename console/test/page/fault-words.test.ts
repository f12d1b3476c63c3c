import { expect, test } from 'bun:test';
import { SERVICES } from '@souk/contracts/services';
import { topicsReadBy } from '@souk/contracts/topics';
import { kindsOf, TOPICS_READ } from '../../src/page/fault-words.ts';

test.each(SERVICES.map((service) => [service] as const))('The topics offered for faults of %s are those it reads', (service) => {
  expect(new Set(TOPICS_READ[service])).toEqual(new Set(topicsReadBy(service)));
});

test('Only Payment declines cards, and a service that reads nothing can only be stopped', () => {
  expect(SERVICES.filter((service) => kindsOf(service).includes('decline'))).toEqual(['payment']);
  expect(kindsOf('user')).toEqual(['stop']);
});
