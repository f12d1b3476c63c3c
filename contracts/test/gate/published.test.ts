import { describe, expect, test } from 'bun:test';
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fromLogMessage } from '../../src/log-message.ts';
import { isTopic, TOPIC_NAMES, TOPICS } from '../../src/topics.ts';
import { breaksOf, currentTopic, frozenFile, goldenFile, goldenMessages, publishedTopic, publishedTopics } from './published.ts';

const CURE = 'npm run freeze in contracts/';

describe.each([...TOPIC_NAMES])('%s', (topic) => {
  const current = currentTopic(topic);
  const published = publishedTopic(topic, current.version);

  test('breaks nothing that was published', () => {
    expect(published === undefined ? [] : breaksOf(published, current)).toEqual([]);
  });

  test(`is published as it is; else: ${CURE}`, () => expect(published).toEqual(current));

  test('has all its versions', () => {
    const versions = Array.from({ length: current.version }, (_, i) => i + 1);
    expect(versions.filter((version) => publishedTopic(topic, version) === undefined)).toEqual([]);
  });
});

describe.each(publishedTopics().map(({ topic, version }) => [topic, version] as const))('%s, version %d', (topic, version) => {
  test('is still declared', () => expect(isTopic(topic) && TOPICS[topic].version >= version).toBe(true));

  test('its messages can still be read', () => {
    const messages = goldenMessages(topic, version);
    expect(messages.length).toBeGreaterThan(0);
    for (const message of messages) {
      expect(message).toMatchObject({ topic, headers: { ce_type: topic, ce_schemaversion: String(version) } });
      expect(fromLogMessage(message)).toMatchObject({ ok: true });
    }
  });
});

test('every golden message belongs to a published version', () => {
  const names = (file: string) => readdirSync(dirname(file)).toSorted();
  expect(names(goldenFile('x', 1))).toEqual(names(frozenFile('x', 1)));
});

test('another key and another number of partitions are breaking changes', () => {
  const topic = currentTopic('order.created');
  expect(breaksOf(topic, { ...topic, key: 'userId', partitions: 4 }).map(({ what }) => what)).toEqual([
    'key changed: orderId -> userId',
    'partitions changed: 3 -> 4',
  ]);
});
