import { ByteWriter } from './protocol-types.ts';

/** The arguments that kafkajs passes to its own encoder. */
export interface FetchArguments {
  readonly replicaId?: number | undefined;
  readonly isolationLevel?: number | undefined;
  readonly maxWaitTime: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly rackId: string;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly fetchOffset: string; readonly maxBytes: number }[];
  }[];
}

const NO_REPLICA = -1;
const READ_COMMITTED = 1;
/** No fetch session: every request names all partitions. */
const NO_SESSION = { id: 0, epoch: -1 };
const UNKNOWN = -1;
const TOPIC_BYTES = 256;

/** Body of a Fetch request of version 11. */
export function fetchRequest(asked: FetchArguments): Buffer {
  const writer = new ByteWriter(TOPIC_BYTES * (1 + asked.topics.length));
  writer.int32(asked.replicaId ?? NO_REPLICA);
  writer.int32(asked.maxWaitTime);
  writer.int32(asked.minBytes);
  writer.int32(asked.maxBytes);
  writer.int8(asked.isolationLevel ?? READ_COMMITTED);
  writer.int32(NO_SESSION.id);
  writer.int32(NO_SESSION.epoch);
  writer.int32(asked.topics.length);
  for (const { topic, partitions } of asked.topics) {
    writer.string(topic);
    writer.int32(partitions.length);
    for (const { partition, fetchOffset, maxBytes } of partitions) {
      writer.int32(partition);
      // The leader's epoch here, and the start of the log below: only followers know them.
      writer.int32(UNKNOWN);
      writer.int64(Number(fetchOffset));
      writer.int64(UNKNOWN);
      writer.int32(maxBytes);
    }
  }
  // No forgotten topics, because there is no session.
  writer.int32(0);
  writer.string(asked.rackId);
  return writer.written;
}
