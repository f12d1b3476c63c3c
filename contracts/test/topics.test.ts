import { describe, expect, test } from 'bun:test';
import { Value } from '@sinclair/typebox/value';
import { SERVICES } from '../src/services.ts';
import { deadLetterTopic, isTopic, TOPIC_NAMES, TOPICS, topicsReadBy } from '../src/topics.ts';
import { EXAMPLES } from './examples.ts';
import { objectsIn } from './objects-in.ts';

describe.each([...TOPIC_NAMES])('%s', (topic) => {
  const { data, madeBy, readBy, key, partitions, version } = TOPICS[topic];

  test('is fully declared, and its name starts with its maker', () => {
    expect(topic.startsWith(`${madeBy}.`)).toBe(true);
    expect(readBy).not.toContain(madeBy);
    expect({ version, partitions }).toEqual({ version: topic === 'order.completed' ? 2 : 1, partitions: 3 });
  });

  test('accepts its example', () => expect(Value.Check(data, EXAMPLES[topic])).toBe(true));

  test('carries its key', () => {
    if (key !== 'originalKey') expect(EXAMPLES[topic]).toHaveProperty(key);
    else expect(EXAMPLES[topic]).toHaveProperty('key');
  });

  test('needs every field', () => {
    for (const field of Object.keys(EXAMPLES[topic])) {
      const { [field]: _, ...rest } = EXAMPLES[topic] as Record<string, unknown>;
      expect({ field, taken: Value.Check(data, rest) }).toEqual({ field, taken: false });
    }
  });

  test('accepts fields of later versions, at every depth', () => {
    expect(objectsIn(data).filter((object) => object.additionalProperties === false)).toEqual([]);
  });
});

test('the topics have the readers that the saga needs', () => {
  expect(Object.fromEntries(SERVICES.map((service) => [service, topicsReadBy(service).toSorted()]))).toMatchObject({
    product: ['user.access_changed', 'user.deleted'],
    inventory: [
      'order.cancelled',
      'order.completed',
      'order.created',
      'product.archived',
      'product.created',
      'product.price_changed',
      'product.updated',
      'user.access_changed',
      'user.deleted',
    ],
    order: [
      'inventory.failed',
      'inventory.released',
      'inventory.reserved',
      'payment.completed',
      'payment.failed',
      'payment.refunded',
      'product.archived',
      'product.created',
      'product.price_changed',
      'product.updated',
      'user.access_changed',
      'user.deleted',
    ],
    payment: ['order.cancelled', 'order.ready_for_payment', 'user.access_changed', 'user.deleted'],
    user: [],
  });
});

test('every service has a topic for its dead letters, keyed as the originals were', () => {
  for (const service of SERVICES) {
    const { madeBy, key } = TOPICS[deadLetterTopic(service)];
    expect({ madeBy, key }).toEqual({ madeBy: service, key: 'originalKey' });
  }
});

test('a property name that every object has is no topic', () => {
  expect(['constructor', 'toString', '__proto__', 'order.create'].filter(isTopic)).toEqual([]);
});
