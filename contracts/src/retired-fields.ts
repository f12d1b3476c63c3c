import type { TObject, TProperties } from '@sinclair/typebox';
import type { LogMessage } from './log-message.ts';
import { isTopic, type Topic, type TopicDeclaration, TOPICS } from './topics.ts';

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
