import { ByteReader } from './byte-reader.ts';
import { readRecords } from './read-records.ts';
import type { TextRecord } from './text-record.ts';

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

/** As kafkajs decodes it. */
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
 * member, and most have nothing. Null when it holds something that only kafkajs reads: see `readRecords`.
 */
export function fetchResponse(bytes: Buffer): FetchResponse | null {
  const reader = new ByteReader(bytes);
  const clientSideThrottleTime = reader.int32();
  const errorCode = reader.int16();
  const sessionId = reader.int32();
  const responses: { topicName: string; partitions: FetchedPartition[] }[] = [];
  for (let topics = reader.int32(); topics > 0; topics -= 1) {
    const topicName = reader.string();
    const partitions: FetchedPartition[] = [];
    for (let left = reader.int32(); left > 0; left -= 1) {
      const read = readPartition(bytes, reader);
      if (read === 'beyond us') return null;
      if (read !== 'nothing new') partitions.push(read);
    }
    if (partitions.length > 0) responses.push({ topicName, partitions });
  }
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
}

function readPartition(bytes: Buffer, reader: ByteReader): FetchedPartition | 'nothing new' | 'beyond us' {
  const partition = reader.int32();
  const errorCode = reader.int16();
  const [high, stable, start] = [reader.int64(), reader.int64(), reader.int64()];
  if (reader.int32() > 0) return 'beyond us';
  const preferredReadReplica = reader.int32();
  const size = Math.max(0, reader.int32());
  if (size === 0 && errorCode === 0 && preferredReadReplica === NO_REPLICA) return 'nothing new';
  const messages = readRecords(bytes, reader.position, size);
  if (messages === null) return 'beyond us';
  reader.skip(size);
  return {
    partition,
    errorCode,
    highWatermark: String(high),
    lastStableOffset: String(stable),
    lastStartOffset: String(start),
    abortedTransactions: [],
    preferredReadReplica,
    messages,
  };
}
