import { type AbortedTransaction, leftOut } from './aborted-transactions.ts';
import { lastOffsetOf, readBatch, readHead, type Room } from './record-batch.ts';
import { marked, type TextRecord } from './text-record.ts';

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
