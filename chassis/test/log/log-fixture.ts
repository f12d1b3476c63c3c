import type { EventLog, LogMessage, ReceivedMessage, SubscribeOptions } from '../../src/log/event-log.ts';

/** What an adapter's suite has to declare before it plugs in; every opened log is empty. */
export const contractTopics = [
  { name: 'orders', partitions: 3 },
  { name: 'payments', partitions: 3 },
  { name: 'narrow', partitions: 1 },
];

export interface OpenedLog {
  readonly log: EventLog;
  /** The same data again: after an orderly close, or as a crash of the process would leave it. */
  readonly reopen: (crash: boolean) => Promise<EventLog>;
  readonly dispose: () => Promise<void>;
}

export type OpenLog = () => Promise<OpenedLog>;

export const message = (value: string, { topic = 'orders', key = value, headers = {} } = {}): LogMessage => ({
  topic,
  key,
  value,
  headers,
});

export const numbered = (count: number, options: { topic?: string; keys?: number } = {}): LogMessage[] =>
  Array.from({ length: count }, (_, index) =>
    message(String(index), { topic: options.topic ?? 'orders', key: `key-${index % (options.keys ?? 10)}` }),
  );

export interface Recorder {
  readonly received: ReceivedMessage[];
  values(): string[];
  handle: SubscribeOptions['handle'];
}

/** A handler that keeps what it got. */
export function recorder(): Recorder {
  const received: ReceivedMessage[] = [];
  return {
    received,
    values: () => received.map(({ value }) => value),
    handle: async (messages) => {
      received.push(...messages);
    },
  };
}

/** A handler that never ends by itself, only when its signal fires. */
export function stalled(signal: AbortSignal): Promise<void> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
  });
}

const keyOf = ({ topic, key }: LogMessage): string => `${topic}/${key}`;
export const partitionKey = ({ topic, partition }: ReceivedMessage): string => `${topic}/${partition}`;

/** Values by topic and key, in the order they came, without repetitions. */
export function orderByKey(messages: readonly LogMessage[]): Map<string, string[]> {
  const byKey = new Map<string, string[]>();
  for (const each of messages) {
    const values = byKey.get(keyOf(each)) ?? [];
    if (!values.includes(each.value)) values.push(each.value);
    byKey.set(keyOf(each), values);
  }
  return byKey;
}
