import type { EventLog, LogMessage } from '@souk/chassis/log/event-log';

export interface RecordedLog extends EventLog {
  readonly sent: readonly LogMessage[];
}

/** An event log that only remembers what it was sent. */
export function recordedLog(): RecordedLog {
  const sent: LogMessage[] = [];
  return {
    sent,
    send: async (messages) => {
      sent.push(...messages);
    },
    subscribe: () => Promise.reject(new Error('the user service reads no topic')),
    check: async () => undefined,
    close: async () => undefined,
  };
}
