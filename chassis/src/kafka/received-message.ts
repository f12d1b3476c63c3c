import type { IHeaders, KafkaMessage } from 'kafkajs';
import type { ReceivedMessage } from '../log/event-log.ts';
import type { TextRecord } from './wire/text-record.ts';

/** A record as callers know it. Records of other senders may have no key or value: empty here. */
export function receivedMessage(topic: string, partition: number, record: KafkaMessage | TextRecord): ReceivedMessage {
  return {
    topic,
    key: record.key?.toString() ?? '',
    value: record.value?.toString() ?? '',
    headers: headersOf(record.headers ?? {}),
    partition,
    offset: record.offset,
    timestamp: Number(record.timestamp),
  };
}

function headersOf(headers: IHeaders | TextRecord['headers']): Record<string, string> {
  const text: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    // A header may be given several times; the last one counts.
    const last = Array.isArray(value) ? value.at(-1) : value;
    text[name] = last?.toString() ?? '';
  }
  return text;
}
