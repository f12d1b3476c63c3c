import { describe, expect, test } from 'bun:test';
import { Parser } from '@asyncapi/parser';
import { Value } from '@sinclair/typebox/value';
import { asyncApiDocument } from '../src/asyncapi.ts';
import { toLogMessage } from '../src/log-message.ts';
import { consumerGroup, eventSource, SERVICES } from '../src/services.ts';
import { TOPIC_NAMES, TOPICS, topicsReadBy } from '../src/topics.ts';
import { ASYNCAPI_FILE } from './asyncapi-file.ts';
import { exampleEvent } from './examples.ts';
import { asFile } from './gate/published.ts';

interface Operation {
  readonly action: 'send' | 'receive';
  readonly bindings?: { readonly kafka: { readonly groupId: { readonly const: string } } };
}

interface Described {
  readonly channels: Readonly<Record<string, object>>;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly components: { readonly messages: Readonly<Record<string, { readonly headers: object; readonly bindings: object }>> };
}

const described = asyncApiDocument() as Described;

test('asyncapi.json is what the code says; else: npm run asyncapi in contracts/', async () => {
  expect(await Bun.file(ASYNCAPI_FILE).text()).toBe(asFile(described));
});

describe('the official parser', () => {
  /** Diagnostics have the severities of Spectral: 0 is an error. */
  async function severe(document: object): Promise<readonly string[]> {
    const { diagnostics } = await new Parser().parse(JSON.stringify(document));
    return diagnostics.filter(({ severity }) => severity.valueOf() === 0).map(({ message }) => message);
  }

  test('finds no error in the description of all services', async () => expect(await severe(described)).toEqual([]), 30_000);

  test.each([...SERVICES])('finds none in the part of %s', async (service) => expect(await severe(asyncApiDocument([service]))).toEqual([]), 30_000);

  test('finds an error where there is one', async () => {
    expect(await severe({ ...described, operations: { lost: { action: 'send', channel: { $ref: '#/channels/nowhere' } } } })).not.toEqual([]);
  }, 30_000);
});

test('every topic is a channel, with its key and partitions', () => {
  expect(Object.keys(described.channels).toSorted()).toEqual([...TOPIC_NAMES].toSorted());
  expect(described.channels['order.created']).toMatchObject({ address: 'order.created', bindings: { kafka: { partitions: TOPICS['order.created'].partitions } } });
  expect(described.components.messages['inventory.low']?.bindings).toMatchObject({ kafka: { key: { description: 'sku' } } });
});

test.each([...SERVICES])('%s sends what it makes and receives what it reads', (service) => {
  const of = (action: string) => Object.keys(described.operations).filter((name) => name.startsWith(`${service}.${action}.`));
  expect(of('receives').toSorted()).toEqual(topicsReadBy(service).map((topic) => `${service}.receives.${topic}`).toSorted());
  const made = TOPIC_NAMES.filter((topic) => TOPICS[topic].madeBy === service);
  expect(of('sends').toSorted()).toEqual(made.map((topic) => `${service}.sends.${topic}`).toSorted());
});

test.each([...SERVICES])('%s receives in the consumer group that it joins', (service) => {
  const operations = Object.entries(described.operations).filter(([name]) => name.startsWith(`${service}.receives.`));
  const groups = operations.map(([, { bindings }]) => bindings?.kafka.groupId.const);
  expect(groups).toEqual(topicsReadBy(service).map(() => consumerGroup(service)));
});

test.each([...TOPIC_NAMES])('the headers of %s are the described ones', (topic) => {
  const { headers } = toLogMessage(exampleEvent(topic, { source: eventSource(TOPICS[topic].madeBy) }));
  const schema = described.components.messages[topic]?.headers as { properties: object; required: readonly string[] };
  expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(Object.keys(headers)));
  for (const [name, { const: only }] of Object.entries(schema.properties as Record<string, { const?: string }>))
    if (only !== undefined) expect([name, headers[name]]).toEqual([name, only]);
  expect(schema.required.filter((name) => headers[name] === undefined)).toEqual([]);
  expect(Value.Check(TOPICS[topic].data, exampleEvent(topic).data)).toBe(true);
});
