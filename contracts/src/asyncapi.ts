import { consumerGroup, eventSource, SERVICES, type ServiceName } from './services.ts';
import { type Topic, TOPIC_NAMES, type TopicDeclaration, TOPICS } from './topics.ts';

/** Version of this description, which covers all topics together. */
const VERSION = '1.0.0';

/**
 * AsyncAPI 3.0 document of the messages that these services send and receive: a channel and a message per topic (its data as payload, its CloudEvents
 * attributes as headers), an operation per service that sends or receives it.
 */
export function asyncApiDocument(services: readonly ServiceName[] = SERVICES): object {
  const topics = TOPIC_NAMES.filter((topic) => services.some((service) => touches(service, topic)));
  const document = {
    asyncapi: '3.0.0',
    info: {
      title: services.length === 1 ? `Souk ${services[0]}: events` : 'Souk: events',
      version: VERSION,
      description:
        'CloudEvents 1.0 on Kafka in binary mode. Delivery is at least once; nothing is in order between topics; what is about one key comes in order of its topic.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(topics.map((topic) => [topic, channelOf(topic)])),
    operations: Object.fromEntries(topics.flatMap((topic) => services.flatMap((service) => operationsOf(service, topic)))),
    components: { messages: Object.fromEntries(topics.map((topic) => [topic, messageOf(topic)])) },
  };
  // Schemas carry symbols and undefined members, which do not belong in a document.
  return JSON.parse(JSON.stringify(document)) as object;
}

function touches(service: ServiceName, topic: Topic): boolean {
  const { madeBy, readBy }: TopicDeclaration = TOPICS[topic];
  return madeBy === service || readBy.includes(service);
}

function channelOf(topic: Topic): object {
  return {
    address: topic,
    messages: { [topic]: { $ref: `#/components/messages/${topic}` } },
    bindings: { kafka: { topic, partitions: TOPICS[topic].partitions, bindingVersion: '0.5.0' } },
  };
}

function operationsOf(service: ServiceName, topic: Topic): [string, object][] {
  const { madeBy, readBy }: TopicDeclaration = TOPICS[topic];
  const channel = { $ref: `#/channels/${topic}` };
  const tags = [{ name: service }];
  const sent: [string, object][] = madeBy === service ? [[`${service}.sends.${topic}`, { action: 'send', channel, tags }]] : [];
  const bindings = { kafka: { groupId: { type: 'string', const: consumerGroup(service), description: 'after KAFKA_TOPIC_PREFIX' }, bindingVersion: '0.5.0' } };
  return readBy.includes(service)
    ? [...sent, [`${service}.receives.${topic}`, { action: 'receive', channel, tags, bindings }]]
    : sent;
}

function messageOf(topic: Topic): object {
  const { key, data }: TopicDeclaration = TOPICS[topic];
  return {
    name: topic,
    title: topic,
    contentType: 'application/json',
    correlationId: { location: '$message.header#/ce_correlationid' },
    headers: headersOf(topic),
    payload: data,
    bindings: { kafka: { key: { type: 'string', description: key }, bindingVersion: '0.5.0' } },
  };
}

/** Headers that `toLogMessage` writes and `checkHeaders` requires. Their values are text on the wire. */
function headersOf(topic: Topic): object {
  const { version, madeBy } = TOPICS[topic];
  const exactly = (value: string) => ({ type: 'string', const: value });
  const text = (description: string) => ({ type: 'string', description });
  return {
    type: 'object',
    required: ['ce_specversion', 'ce_id', 'ce_type', 'ce_source', 'ce_time', 'ce_schemaversion', 'ce_correlationid', 'ce_aggregateversion', 'content-type'],
    properties: {
      ce_specversion: exactly('1.0'),
      ce_id: { type: 'string', format: 'uuid', description: 'UUIDv7; the same when the message comes again' },
      ce_type: exactly(topic),
      ce_source: exactly(eventSource(madeBy)),
      ce_subject: text('The message key'),
      ce_time: { type: 'string', format: 'date-time' },
      ce_schemaversion: exactly(String(version)),
      ce_correlationid: text('What belongs together: the order id in everything about an order'),
      ce_causationid: text('Id of the message that led to this one; absent when none did'),
      ce_aggregateversion: { type: 'string', pattern: '^[1-9][0-9]{0,14}$', description: '1..n of the thing this is about, without gap' },
      'content-type': exactly('application/json'),
      traceparent: text('W3C trace context'),
    },
  };
}
