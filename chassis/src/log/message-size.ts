import type { LogMessage } from './event-log.ts';

/** How many messages, and how large together: what somebody reads, holds or hands over at once. */
export interface Room {
  readonly count: number;
  /** As `messageSize` counts. */
  readonly size: number;
}

/** The most that a handler or a reader gets in one call, unless one message alone is larger; every engine keeps to it. */
export const CALL_ROOM: Room = { count: 500, size: 1024 * 1024 };

/**
 * What a message takes in memory, as UTF-16 units of its texts: a byte each, or two where one of them is not Latin. Quicker
 * than its bytes in the log, and hardly more than those.
 */
export function messageSize({ key, value, headers, binary }: LogMessage): number {
  let size = key.length + value.length;
  if (binary !== undefined) size += JSON.stringify(binary).length;
  for (const name in headers) size += name.length + (headers[name]?.length ?? 0);
  return size;
}

/** So many of the first ones fit; one always does. */
export function fitting<T>(all: readonly T[], room: Room, sizeOf: (each: T) => number): number {
  let size = 0;
  for (const [index, each] of all.entries()) {
    size += sizeOf(each);
    if (index > 0 && (index >= room.count || size > room.size)) return index;
  }
  return all.length;
}
