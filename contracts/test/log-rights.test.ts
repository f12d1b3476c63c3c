import { expect, test } from 'bun:test';
import { join } from 'node:path';
import { LOG_USERS, logRights, logRightsText } from '../src/log-rights.ts';
import { consumerGroup, SERVICES } from '../src/services.ts';
import { TOPIC_NAMES, TOPICS, topicsReadBy } from '../src/topics.ts';

const may = (user: string, operation: string) =>
  logRights()
    .filter((right) => right.user === user && right.on === 'topic' && right.operations.some((each) => each === operation))
    .map(({ name }) => name);

test('a service writes what it makes and reads what it is declared to read, and nothing else', () => {
  for (const service of SERVICES) {
    expect(may(service, 'write')).toEqual(TOPIC_NAMES.filter((topic) => TOPICS[topic].madeBy === service));
    expect(may(service, 'read')).toEqual(topicsReadBy(service));
    for (const more of ['create', 'delete', 'alter_configs']) expect(may(service, more)).toEqual([]);
  }
});

test('the user that creates the topics reads and writes none, and joins no group', () => {
  for (const operation of ['read', 'write', 'delete']) expect(may('topics', operation)).toEqual([]);
  expect(logRights().filter(({ user, on }) => user === 'topics' && on === 'group')).toEqual([]);
});

test('a service joins its own group alone; Order also reads topics once, in groups that nobody stores anything in', () => {
  const groups = logRights().filter(({ on }) => on === 'group');
  expect(groups.map(({ user, name }) => [user, name])).toEqual([...SERVICES.map((user) => [user, consumerGroup(user)]), ['order', 'reader-']]);
});

test('every user may describe every topic, because each process compares them with the declared ones', () => {
  for (const user of LOG_USERS) for (const look of ['describe', 'describe_configs']) expect(may(user, look)).toEqual([...TOPIC_NAMES]);
});

test('deploy/kafka-rights.txt is what the code says; else: npm run log-rights in contracts/', async () => {
  expect(await Bun.file(join(import.meta.dir, '../../deploy/kafka-rights.txt')).text()).toBe(logRightsText());
});
