import type { BinaryParts } from '@souk/contracts/log-message';
import type { Batch, IHeaders, KafkaMessage } from 'kafkajs';
import type { ReceivedMessage } from '../event-log.ts';
import type { TextRecord, UnreadableBatch } from './kafkajs/wire/record-batch.ts';
import { binaryParts, notUtf8 } from '../not-utf8.ts';

/** The records of one partition in an answer to a fetch. */
interface FetchedRecords {
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

/** A record as callers know it. Records of other senders may have no key or value, which are empty here. */
export function receivedMessage(topic: string, partition: number, record: KafkaMessage | TextRecord): ReceivedMessage {
  const message = {
    topic,
    key: record.key?.toString() ?? '',
    value: record.value?.toString() ?? '',
    headers: headersOf(record.headers ?? {}),
    partition,
    offset: record.offset,
    timestamp: Number(record.timestamp),
  };
  const binary = 'attributes' in record ? binaryIn(record) : record.binary;
  return binary === undefined ? message : { ...message, binary };
}

function headersOf(headers: IHeaders | TextRecord['headers']): Record<string, string> {
  const text: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) text[name] = lastOf(value)?.toString() ?? '';
  return text;
}

/** A header may be given several times; the last one counts. */
function lastOf<T>(value: T | T[]): T | undefined {
  return Array.isArray(value) ? value.at(-1) : value;
}

/** `binary` of a record that kafkajs has read, from a broker too old for our reader. */
function binaryIn({ key, value, headers = {} }: KafkaMessage): BinaryParts | undefined {
  const lost = Object.entries(headers).flatMap(([name, given]) => {
    const bytes = lossOf(lastOf(given));
    return bytes === null ? [] : [{ name: Buffer.from(name).toString('base64'), value: bytes }];
  });
  return binaryParts(lossOf(key), lossOf(value), lost);
}

function lossOf(bytes: Buffer | string | null | undefined): string | null {
  return Buffer.isBuffer(bytes) ? notUtf8(bytes.toString(), () => bytes) : null;
}
