import type { AbortedTransaction } from './aborted-transactions.ts';
import { ByteReader } from './byte-reader.ts';
import { type Room, UNPACKED_LIMIT } from './record-batch.ts';
import { readRecords } from './read-records.ts';
import { marked, type TextRecord } from './text-record.ts';

export interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
  readonly lastStableOffset: string;
  readonly lastStartOffset: string;
  readonly abortedTransactions: readonly never[];
  readonly preferredReadReplica: number;
  readonly messages: TextRecord[];
}

/** As kafkajs decodes it, without aborted transactions: their records are already left out here. */
export interface FetchResponse {
  readonly throttleTime: number;
  readonly clientSideThrottleTime: number;
  readonly errorCode: number;
  readonly sessionId: number;
  readonly responses: readonly { readonly topicName: string; readonly partitions: readonly FetchedPartition[] }[];
}

const NO_REPLICA = -1;

/**
 * A Fetch response of version 11, without the partitions that have nothing new: an answer names every partition of the
 * member, and most have nothing. A partition blocked by an open transaction has a mark. Throws a RangeError when the answer
 * itself is cut off; faulty records are reported by marks.
 */
export function fetchResponse(bytes: Buffer): FetchResponse {
  const reader = new ByteReader(bytes);
  const clientSideThrottleTime = reader.int32();
  const errorCode = reader.int16();
  const sessionId = reader.int32();
  const responses: { topicName: string; partitions: FetchedPartition[] }[] = [];
  // Compressed records beyond it wait for the next answer; the last batch that begins within may bring it to twice as much.
  const room: Room = { left: UNPACKED_LIMIT };
  for (let topics = reader.int32(); topics > 0; topics -= 1) {
    const topicName = reader.string();
    const partitions: FetchedPartition[] = [];
    for (let left = reader.int32(); left > 0; left -= 1) {
      const read = readPartition(bytes, reader, room);
      if (read !== null) partitions.push(read);
    }
    if (partitions.length > 0) responses.push({ topicName, partitions });
  }
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
}

/** Null if there is nothing new. */
function readPartition(bytes: Buffer, reader: ByteReader, room: Room): FetchedPartition | null {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const [high, stable, low] = [reader.int64(), reader.int64(), reader.int64()];
  const aborted = abortedIn(reader);
  const preferredReadReplica = reader.int32();
  const size = Math.max(0, reader.int32());
  const isPlain = errorCode === 0 && preferredReadReplica === NO_REPLICA;
  const isHeld = size === 0 && isPlain && 0 <= stable && stable < high;
  if (size === 0 && isPlain && !isHeld) return null;
  const start = reader.position;
  if (start + size > bytes.length) throw new RangeError('the answer ends too early');
  const messages = isHeld ? [marked(stable, 'held')] : readRecords(bytes, { start, size }, aborted, room);
  reader.skip(size);
  // The batch was cut off, or there was no room for it.
  if (messages.length === 0 && isPlain) return null;
  return {
    partition,
    errorCode,
    highWatermark: String(high),
    lastStableOffset: String(stable),
    lastStartOffset: String(low),
    abortedTransactions: [],
    preferredReadReplica,
    messages,
  };
}

function abortedIn(reader: ByteReader): AbortedTransaction[] {
  const aborted: AbortedTransaction[] = [];
  for (let left = reader.int32(); left > 0; left -= 1) aborted.push({ producerId: reader.int64(), firstOffset: reader.int64() });
  return aborted;
}
