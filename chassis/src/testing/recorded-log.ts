import type { AnyEvent } from '@souk/contracts/envelope';
import { fromLogMessage } from '@souk/contracts/log-message';
import type { EventLog, LogMessage } from '../log/event-log.ts';
import { MESSAGE_LIMIT, messageBytes, MessagesRefusedError, type RefusedMessage, tooLarge } from '../log/message-limits.ts';

export interface RecordedLog extends EventLog {
  readonly sent: readonly LogMessage[];
  /** The events sent so far, read as their readers read them. */
  events(): AnyEvent[];
  /** Bytes of the largest message it takes; a broker may be set to take less than our own limit. */
  limit: number;
}

/** An event log that only records the messages sent to it and delivers none. */
export function recordedLog(): RecordedLog {
  const sent: LogMessage[] = [];
  const log: RecordedLog = {
    limit: MESSAGE_LIMIT,
    sent,
    events: () => sent.map(eventOf),
    async send(messages) {
      const refused: RefusedMessage[] = [];
      for (const message of messages) {
        const bytes = messageBytes(message, JSON.stringify(message.headers));
        if (bytes > log.limit) refused.push(tooLarge(message, bytes, `the limit of ${log.limit}`));
        else sent.push(message);
      }
      if (refused.length > 0) throw new MessagesRefusedError(refused);
    },
    subscribe: async () => ({ close: async () => undefined }),
    replay: () => Promise.reject(new Error('a recorded log shows nothing')),
    check: async () => undefined,
    close: async () => undefined,
  };
  return log;
}

/** Reads a message as its readers do; throws when they could not. */
export function eventOf(message: LogMessage): AnyEvent {
  const read = fromLogMessage(message);
  if (!read.ok) throw new Error(read.cause);
  return read.event;
}
