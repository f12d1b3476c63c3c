import { UNPACKED_LIMIT } from './decompress.ts';
import { ByteReader } from './protocol-types.ts';
import { type BatchHead, lastOffsetOf, marked, readBatch, readHead, type Room, type TextRecord } from './record-batch.ts';

interface FetchedPartition {
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
interface FetchResponse {
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

/** Bytes up to the end of a batch's length field, from which the length counts; and bytes of its head with the count of records. */
const LENGTH_END = 12;
const HEAD = 61;

/**
 * The records of a record set. A last batch that is cut off, because the fetch was full, is left out, and so are batches
 * that `room` has no space for: both come again. A mark follows the last record when there is more to say of the set.
 * Never throws: a faulty batch concerns its partition alone.
 */
export function readRecords(
  bytes: Buffer,
  { start, size }: { readonly start: number; readonly size: number },
  aborted: readonly AbortedTransaction[],
  room: Room,
): TextRecord[] {
  const end = start + size;
  const isLeftOut = leftOut(aborted);
  const records: TextRecord[] = [];
  let passed: number | null = null;
  for (let at = start; at + HEAD <= end && room.left > 0; ) {
    const next = at + LENGTH_END + bytes.readInt32BE(at + 8);
    if (next > end) break;
    const before = records.length;
    try {
      if (next < at + HEAD) throw new RangeError('it is shorter than its own head');
      const head = readHead(bytes, at, next);
      if (!isLeftOut(head)) readBatch(head, room, records);
      passed = head.lastOffset;
    } catch (error) {
      records.length = before;
      records.push(unreadable(bytes, at, next, error));
      return records;
    }
    at = next;
  }
  if (passed !== null && records.at(-1)?.offset !== String(passed)) records.push(marked(passed, 'passed'));
  return records;
}

/** The mark of an unreadable batch. It is at the batch's end, because kafkajs drops records before the offset asked for. */
function unreadable(bytes: Buffer, at: number, next: number, error: unknown): TextRecord {
  const [from, to] = [bytes.readBigInt64BE(at), lastOffsetOf(bytes, at, next)];
  const cause = error instanceof Error ? error.message : String(error);
  return marked(to, { from: String(from), to: String(to), cause });
}

/** An entry of a Fetch response: this producer's records from `firstOffset` up to its next marker are aborted. */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

/** Returns a predicate for a partition's batches, called in their order: true for those without messages (markers and aborted ones). */
function leftOut(aborted: readonly AbortedTransaction[]): (head: BatchHead) => boolean {
  const toCome = aborted.toSorted((a, b) => b.firstOffset - a.firstOffset);
  const producers = new Set<number>();
  return ({ attributes, producerId, lastOffset }) => {
    const isMarker = (attributes & CONTROL) !== 0;
    if ((attributes & TRANSACTIONAL) === 0) return isMarker;
    for (let next = toCome.at(-1); next !== undefined && next.firstOffset <= lastOffset; next = toCome.at(-1)) {
      producers.add(next.producerId);
      toCome.pop();
    }
    // The transaction is over, committed or aborted.
    if (isMarker) producers.delete(producerId);
    return isMarker || producers.has(producerId);
  };
}
