import { EVENT_HEADERS } from '@souk/contracts/event-headers';
import type { BinaryParts } from '@souk/contracts/log-message';
import { type EventData, isTopic, TOPICS } from '@souk/contracts/topics';
import { withoutUnnamed } from '@souk/contracts/unnamed-values';
import type { LogMessage } from '../../log/event-log.ts';
import { redactedMessage } from './redacted-message.ts';

/**
 * A message as the log may keep it for ever: of its value what its topic's contract names, without what is personal, and of
 * its headers those of events. Anything about anybody may stand in all else, and in a value that cannot be read: nothing of it is told.
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
 * Bytes that a part of a message may have in a dead letter's event, as JSON. Together, with the key among the headers once
 * more, they stay far below what the log takes.
 */
const ROOM = { topic: 1024, key: 4096, headers: 65_536, value: { unhandled: 262_144, unsent: 1024 } } as const;

/**
 * As much of a message as its dead letter's event tells, of value and headers as `may` has them. What does not fit is cut, what is no text is told as far as it is;
 * the original of both is described beside it. One that was too large for the log keeps next to nothing of the value: the log may take still less than we know.
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

/** Whole headers, in their order, as long as there is room. */
function cutHeaders(headers: LogMessage['headers']): LogMessage['headers'] {
  if (jsonBytes(headers) <= ROOM.headers) return headers;
  let room: number = ROOM.headers;
  const kept = Object.entries(headers).filter(([name, value]) => {
    room -= jsonBytes(name) + jsonBytes(value) + 2;
    return room > 0;
  });
  return Object.fromEntries(kept);
}

/** The longest beginning that takes at most so many bytes as JSON, and that ends with a whole character. */
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

/** `base64`: what it was when it was no text. */
function original(text: string, base64?: string) {
  const bytes = base64 === undefined ? Buffer.from(text) : Buffer.from(base64, 'base64');
  return { bytes: bytes.length, sha256: new Bun.CryptoHasher('sha256').update(bytes).digest('hex') };
}
