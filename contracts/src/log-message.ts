import type { TObject, TProperties } from '@sinclair/typebox';
import { type AnyEvent, checkEventData, checkHeaders, type EventAttributes, type EventEnvelope, type Unreadable } from './envelope.ts';
import { isTopic, type Topic, type TopicDeclaration, TOPICS } from './topics.ts';

/** A message as it travels in the event log. */
export interface LogMessage {
  readonly topic: string;
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Set for a foreign message that is not all UTF-8. The fields above then have U+FFFD in place of what is no text. */
  readonly binary?: BinaryParts;
}

/** The parts of a message that are not UTF-8, as base64 of their bytes. Of headers, those with such a name or value. */
export interface BinaryParts {
  readonly key?: string;
  readonly value?: string;
  readonly headers?: readonly { readonly name: string; readonly value: string }[];
}

export type ReadEvent = { readonly ok: true; readonly event: AnyEvent } | Unreadable;

/** CloudEvents 1.0, Kafka protocol binding, binary mode: attributes are `ce_` headers, the value is the data alone. */
export function toLogMessage(event: EventEnvelope): LogMessage {
  return withValue(event, JSON.stringify(event.data));
}

/** The same for an event whose data is JSON text already. */
export function withValue(event: EventAttributes, value: string): LogMessage {
  const headers: Record<string, string> = {
    ce_specversion: '1.0',
    ce_id: event.id,
    ce_type: event.type,
    ce_source: event.source,
    ce_time: event.time,
    ce_schemaversion: String(event.schemaVersion),
    ce_correlationid: event.correlationId,
    ce_aggregateversion: String(event.aggregateVersion),
    'content-type': 'application/json',
  };
  // CloudEvents forbids empty attributes: an absent one has no header.
  if (event.subject !== '') headers.ce_subject = event.subject;
  if (event.causationId !== null) headers.ce_causationid = event.causationId;
  if (event.traceparent !== null) headers.traceparent = event.traceparent;
  return { topic: event.type, key: event.subject, value, headers };
}

/**
 * Reads a message of `toLogMessage`; one of an earlier version becomes one of the current version. `cause` names what is wrong, never the content: it
 * is logged.
 */
export function fromLogMessage(message: LogMessage): ReadEvent {
  const broken = message.binary && notText(message.binary);
  if (broken !== undefined) return { ok: false, cause: `${broken} is not UTF-8` };
  const read = checkHeaders(message.topic, message.key, message.headers);
  if (!read.ok) return read;
  let data: unknown;
  try {
    data = withoutRetired(read.attributes.type, JSON.parse(message.value));
  } catch {
    return { ok: false, cause: 'the value is not JSON' };
  }
  const cause = checkEventData(read.attributes.type, data);
  if (cause !== null) return { ok: false, cause };
  // The data was checked against the schema of exactly this type, which the compiler cannot see.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { ok: true, event: { ...read.attributes, data } as AnyEvent };
}

/** The first part that is read here and is no text. Headers that nobody reads may hold anything. */
function notText({ key, value, headers = [] }: BinaryParts): string | undefined {
  if (key !== undefined) return 'the key';
  if (value !== undefined) return 'the value';
  return headers.map(({ name }) => atob(name)).find((name) => name.startsWith('ce_') || name === 'content-type');
}

/** Fields that earlier versions of a topic had; undefined for nearly every topic. */
export function retiredFields(topic: Topic): TObject | undefined {
  const { retired }: TopicDeclaration = TOPICS[topic];
  return retired;
}

/** An event's data without retired fields; the same object when it has none. */
export function withoutRetired<Data>(topic: Topic, data: Data): Data {
  const retired = retiredFields(topic)?.properties;
  if (retired === undefined || typeof data !== 'object' || data === null) return data;
  if (!Object.keys(retired).some((name) => Object.hasOwn(data, name))) return data;
  // Only retired fields are gone, and the contract names none of them.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.fromEntries(Object.entries(data).filter(([name]) => !Object.hasOwn(retired, name))) as Data;
}

/**
 * Turns a message of an earlier version into one of the current version, for whoever stores or sends it: retired fields are not stored again. A
 * message whose value cannot be read stays as it is.
 */
export function asOfToday(message: LogMessage): LogMessage {
  const { topic, value, headers } = message;
  const retired = isTopic(topic) ? retiredFields(topic)?.properties : undefined;
  if (!isTopic(topic) || retired === undefined) return message;
  const { version } = TOPICS[topic];
  const isEarlier = Number(headers.ce_schemaversion) < version;
  if (!isEarlier && !mayName(value, retired)) return message;
  const data = parsed(value);
  if (data === undefined) return message;
  const told = withoutRetired(topic, data);
  return {
    ...message,
    value: told === data ? value : JSON.stringify(told),
    headers: isEarlier ? { ...headers, ce_schemaversion: String(version) } : headers,
  };
}

/** True when a value may name such a field, also in escapes; it is not parsed. */
function mayName(value: string, fields: TProperties): boolean {
  return value.includes('\\u') || Object.keys(fields).some((name) => value.includes(name));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
