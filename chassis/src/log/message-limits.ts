import { EventLogError, type LogMessage } from './event-log.ts';

/** Bytes of key, value and headers (as JSON) together; every engine refuses the same messages. A broker may be set to accept less. */
export const MESSAGE_LIMIT = 1024 * 1024;

/** The message's bytes, as they count against the limit. */
export function messageBytes({ key, value }: LogMessage, headersJson: string): number {
  return Buffer.byteLength(key) + Buffer.byteLength(value) + Buffer.byteLength(headersJson);
}

/** A message that the log refuses however often it is sent, and the reason. */
export interface RefusedMessage {
  /** The same object that was passed to `send`. */
  readonly message: LogMessage;
  readonly cause: string;
}

export function tooLarge(message: LogMessage, bytes: number, limit = `the limit of ${MESSAGE_LIMIT}`): RefusedMessage {
  return { message, cause: `topic ${message.topic}, key ${message.key.slice(0, 100)}: ${bytes} bytes exceed ${limit}` };
}

/** A send permanently refused these messages; all its other messages are in the log. */
export class MessagesRefusedError extends EventLogError {
  constructor(readonly refused: readonly RefusedMessage[]) {
    const [first] = refused;
    const more = refused.length > 1 ? `, and ${refused.length - 1} more` : '';
    super('message-too-large', `${first?.cause ?? 'nothing was refused'}${more}`);
  }
}

/** A limit on the messages read, held or handed over at once: their number and their total size. */
export interface Room {
  readonly count: number;
  /** As `messageSize` counts. */
  readonly size: number;
}

/** Limit of one call to a handler or reader, unless a single message is larger; every engine keeps to it. */
export const CALL_ROOM: Room = { count: 500, size: 1024 * 1024 };

/**
 * Size of a message in memory, in UTF-16 units of its texts: one byte each, or two when any of them is not Latin. Quicker
 * to compute than its size in the log, and hardly larger.
 */
export function messageSize({ key, value, headers, binary }: LogMessage): number {
  let size = key.length + value.length;
  if (binary !== undefined) size += JSON.stringify(binary).length;
  for (const name in headers) size += name.length + (headers[name]?.length ?? 0);
  return size;
}

/** Number of items, counted from the first, that fit into `room`; the first always fits. */
export function fitting<T>(all: readonly T[], room: Room, sizeOf: (each: T) => number): number {
  let size = 0;
  for (const [index, each] of all.entries()) {
    size += sizeOf(each);
    if (index > 0 && (index >= room.count || size > room.size)) return index;
  }
  return all.length;
}
