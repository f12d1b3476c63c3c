import type { EventLog, LogMessage } from '@souk/chassis/log/event-log';
import type { AnyEvent } from '@souk/contracts/envelope';
import { fromLogMessage } from '@souk/contracts/log-message';

export interface RecordedLog extends EventLog {
  /** What was sent so far, read as its readers read it. */
  events(): AnyEvent[];
  /** Waits until so many events were sent. */
  reached(count: number): Promise<AnyEvent[]>;
}

/** An event log that only remembers what it was sent. */
export function recordedLog(): RecordedLog {
  const sent: LogMessage[] = [];
  let waiting: { count: number; resolve: () => void }[] = [];
  const events = () => sent.map(read);
  return {
    async send(messages) {
      sent.push(...messages);
      for (const { count, resolve } of waiting) if (sent.length >= count) resolve();
      waiting = waiting.filter(({ count }) => sent.length < count);
    },
    subscribe: () => Promise.reject(new Error('the product service reads no topic')),
    check: async () => undefined,
    close: async () => undefined,
    events,
    async reached(count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (sent.length < count) waiting.push({ count, resolve });
      else resolve();
      await promise;
      return events();
    },
  };
}

function read(message: LogMessage): AnyEvent {
  const result = fromLogMessage(message);
  if (!result.ok) throw new Error(result.cause);
  return result.event;
}
