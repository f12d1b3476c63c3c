import type { AnyEvent } from '@souk/contracts/envelope';
import type { EventLog, LogMessage } from '../log/event-log.ts';
import { eventOf } from './event-of.ts';

export interface RecordedLog extends EventLog {
  readonly sent: readonly LogMessage[];
  /** What was sent so far, read as its readers read it. */
  events(): AnyEvent[];
}

/** An event log that only remembers what it was sent: nobody is ever told anything. */
export function recordedLog(): RecordedLog {
  const sent: LogMessage[] = [];
  return {
    sent,
    events: () => sent.map(eventOf),
    send: async (messages) => void sent.push(...messages),
    subscribe: async () => ({ close: async () => undefined }),
    replay: () => Promise.reject(new Error('a recorded log shows nothing')),
    check: async () => undefined,
    close: async () => undefined,
  };
}
