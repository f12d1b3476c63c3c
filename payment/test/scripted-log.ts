import type { EventLog, LogMessage, SubscribeOptions } from '@souk/chassis/log/event-log';
import type { AnyEvent, EventEnvelope } from '@souk/contracts/envelope';
import { fromLogMessage, toLogMessage } from '@souk/contracts/log-message';

export interface ScriptedLog extends EventLog {
  /** Hands events to the service as one batch of a partition; resolves when its offset would move. */
  deliver(...events: readonly EventEnvelope[]): Promise<void>;
  /** The same for a message of any form. */
  deliverRaw(message: LogMessage): Promise<void>;
  /** What the service has sent, read as its readers read it. */
  events(): AnyEvent[];
}

/** An event log whose messages the test writes and whose readers it is. */
export function scriptedLog(): ScriptedLog {
  const sent: LogMessage[] = [];
  let reader: SubscribeOptions | undefined;
  let offset = 0;

  async function hand(messages: readonly LogMessage[]): Promise<void> {
    if (reader === undefined) throw new Error('nobody reads');
    const received = messages.map((message) => ({
      ...message,
      partition: 0,
      offset: String((offset += 1)),
      timestamp: Date.now(),
    }));
    await reader.handle(received, new AbortController().signal);
  }

  return {
    send: async (messages) => void sent.push(...messages),
    async subscribe(options) {
      reader = options;
      return { close: async () => void (reader = undefined) };
    },
    check: async () => undefined,
    close: async () => undefined,
    deliver: (...events) => hand(events.map(toLogMessage)),
    deliverRaw: (message) => hand([message]),
    events: () =>
      sent.map((message) => {
        const read = fromLogMessage(message);
        if (!read.ok) throw new Error(read.cause);
        return read.event;
      }),
  };
}
