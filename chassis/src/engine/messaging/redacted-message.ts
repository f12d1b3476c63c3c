import { EVENT_HEADERS } from '@souk/contracts/envelope';
import { type BinaryParts, retiredFields, withoutRetired } from '@souk/contracts/log-message';
import { holdsPersonal } from '@souk/contracts/schema';
import { withoutPersonal, withoutUnnamed } from '@souk/contracts/values-by-schema';
import { type EventData, isTopic, type Topic, TOPICS } from '@souk/contracts/topics';
import type { LogMessage } from '../../log/event-log.ts';

/**
 * A message without the fields that its topic's contract marks as personal, or did in an earlier version. If they cannot be
 * told from the rest, because the value is not what the topic holds, nothing of it is shown, and never its bytes. Other topics
 * have nothing to hide.
 */
export function redactedMessage(message: LogMessage): LogMessage {
  const { topic, value, binary, ...rest } = message;
  if (!isTopic(topic) || !mayTellOfPeople(topic)) return message;
  const data = parsed(value);
  const shown = data === undefined ? `[${value.length} characters that may be personal]` : JSON.stringify(withoutPersonal(TOPICS[topic].data, withoutRetired(topic, data)));
  return { topic, ...rest, value: shown, ...(binary && withoutValue(binary)) };
}

/** True if the topic has personal fields, today or in an earlier version. */
function mayTellOfPeople(topic: Topic): boolean {
  const retired = retiredFields(topic);
  return holdsPersonal(TOPICS[topic].data) || (retired !== undefined && holdsPersonal(retired));
}

function withoutValue({ key, headers }: BinaryParts): Pick<LogMessage, 'binary'> {
  if (key === undefined && headers === undefined) return {};
  return { binary: { ...(key !== undefined && { key }), ...(headers && { headers }) } };
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * A message as the log may keep it for ever: topic and key; of its value the fields that the topic's contract names, except
 * personal ones; of its headers those of events. All other fields and headers, and a value that cannot be read, may hold
 * personal data and are left out.
 */
export function toldMessage(message: LogMessage): LogMessage {
  const { topic, value, headers, ...rest } = redactedMessage(message);
  const isOurs = (name: string) => EVENT_HEADERS.has(name);
  const ours = Object.keys(headers).every(isOurs) ? headers : Object.fromEntries(Object.entries(headers).filter(([name]) => isOurs(name)));
  return { ...rest, topic, headers: ours, value: namedIn(topic, value) };
}

function namedIn(topic: string, value: string): string {
  if (!isTopic(topic)) return '';
  try {
    const data: unknown = JSON.parse(value);
    const named = withoutUnnamed(TOPICS[topic].data, data);
    return typeof named === 'object' && named !== null ? JSON.stringify(named) : '';
  } catch (error) {
    if (error instanceof SyntaxError) return '';
    throw error;
  }
}

type DeadLetterData = EventData<'order.dead_letter'>;

/**
 * Maximum bytes of each part of a message in a dead letter's event, as JSON. Together, with the key once more among the
 * headers, they stay far below what the log takes.
 */
const ROOM = { topic: 1024, key: 4096, headers: 65_536, value: { unhandled: 262_144, unsent: 1024 } } as const;

/**
 * The part of a message that its dead letter's event shows; value and headers are those of `may`. A part that does not fit is
 * cut, and one that is not valid text is shown as far as it is text; for both, `cut` describes the original. A message that was
 * too large for the log keeps next to nothing of its value: the log may take even less than we know.
 */
export function cutMessage(message: LogMessage, kind: keyof typeof ROOM.value, may: LogMessage = message): Pick<DeadLetterData, Exclude<keyof LogMessage, 'binary'> | 'cut'> {
  const { topic, key, value, headers, binary = {} } = message;
  const shown = { key: cutText(key, ROOM.key), headers: cutHeaders(may.headers), value: cutText(may.value, ROOM.value[kind]) };
  const cut = {
    ...((shown.key !== key || binary.key !== undefined) && { key: original(key, binary.key) }),
    ...((shown.headers !== headers || binary.headers !== undefined) && { headers: original(headersText(headers, binary.headers)) }),
    ...((shown.value !== value || binary.value !== undefined) && { value: original(value, binary.value) }),
  };
  return {
    topic: cutText(topic, ROOM.topic),
    ...shown,
    headers: { ...shown.headers },
    ...(Object.keys(cut).length > 0 && { cut }),
  };
}

/** Keeps whole headers, in order, while there is room. */
function cutHeaders(headers: LogMessage['headers']): LogMessage['headers'] {
  if (jsonBytes(headers) <= ROOM.headers) return headers;
  let room: number = ROOM.headers;
  const kept = Object.entries(headers).filter(([name, value]) => {
    room -= jsonBytes(name) + jsonBytes(value) + 2;
    return room > 0;
  });
  return Object.fromEntries(kept);
}

/** The longest prefix that takes at most `bytes` bytes as JSON and ends with a whole character. */
function cutText(text: string, bytes: number): string {
  if (jsonBytes(text) <= bytes) return text;
  let [fitting, tooLong] = [0, Math.min(text.length, bytes)];
  while (tooLong - fitting > 1) {
    const middle = Math.floor((fitting + tooLong) / 2);
    if (jsonBytes(text.slice(0, middle)) <= bytes) fitting = middle;
    else tooLong = middle;
  }
  return text.slice(0, fitting).replace(/[\uD800-\uDBFF]$/, '');
}

function jsonBytes(content: string | LogMessage['headers']): number {
  return Buffer.byteLength(JSON.stringify(content));
}

function headersText(headers: LogMessage['headers'], binary: BinaryParts['headers']): string {
  return JSON.stringify(binary === undefined ? headers : [headers, binary]);
}

/** `base64`: the original bytes, if they were not valid text. */
function original(text: string, base64?: string) {
  const bytes = base64 === undefined ? Buffer.from(text) : Buffer.from(base64, 'base64');
  return { bytes: bytes.length, sha256: new Bun.CryptoHasher('sha256').update(bytes).digest('hex') };
}
