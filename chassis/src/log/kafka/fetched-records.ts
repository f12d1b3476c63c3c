import type { Batch, KafkaMessage } from 'kafkajs';
import type { TextRecord, UnreadableBatch } from './kafkajs/wire/text-record.ts';

/** The records of one partition in an answer to a fetch. */
export interface FetchedRecords {
  readonly messages: readonly (KafkaMessage | TextRecord)[];
  /** Up to this offset nothing more comes; null: nothing readable was fetched. */
  readonly last: string | null;
  /** The first offset of the open transaction that holds up everything behind it. */
  readonly heldFrom?: string;
  /** The next batch; every later fetch returns it again. */
  readonly unreadable?: UnreadableBatch;
}

export function fetchedRecords(batch: Pick<Batch, 'messages' | 'lastOffset'>): FetchedRecords {
  const records: readonly (KafkaMessage | TextRecord)[] = batch.messages;
  const last = records.at(-1);
  const mark = last !== undefined && 'mark' in last ? last.mark : undefined;
  if (mark === undefined) return { messages: records, last: batch.lastOffset() };
  if (mark === 'held') return { messages: [], last: null, heldFrom: batch.lastOffset() };
  const messages = records.slice(0, -1);
  if (mark === 'passed') return { messages, last: batch.lastOffset() };
  return { messages, last: messages.at(-1)?.offset ?? null, unreadable: mark };
}
