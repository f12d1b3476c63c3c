import type { LogMessage, SubscribeOptions } from '@souk/chassis/log/event-log';
import { type RecordedLog, recordedLog } from '@souk/chassis/testing/recorded-log';
import type { EventEnvelope } from '@souk/contracts/envelope';
import { toLogMessage } from '@souk/contracts/log-message';

export interface ScriptedLog extends RecordedLog {
  /** Hands events to the service as one batch of a partition; resolves when its offset would move. */
  deliver(...events: readonly EventEnvelope[]): Promise<void>;
  /** The same for a message of any form. */
  deliverRaw(message: LogMessage): Promise<void>;
}

/** An event log whose messages the test writes and whose readers it is. */
export function scriptedLog(): ScriptedLog {
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
    ...recordedLog(),
    async subscribe(options) {
      reader = options;
      return { close: async () => void (reader = undefined) };
    },
    deliver: (...events) => hand(events.map(toLogMessage)),
    deliverRaw: (message) => hand([message]),
  };
}
