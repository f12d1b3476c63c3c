import type { LogMessage } from '../log/event-log.ts';

/** A record batch of the broker takes 1 MiB by default; all of a topic may fall into one partition. */
const BATCH_BYTES = 1024 * 1024;
const BATCH_MESSAGES = 2000;

export interface SizedMessage {
  readonly message: LogMessage;
  readonly bytes: number;
}

interface Waiting extends SizedMessage {
  /** Set on the last message of a send. */
  readonly done: PromiseWithResolvers<void> | null;
}

/**
 * Messages of all callers in one row, sent batch by batch, one batch in flight: that keeps their order. When a batch
 * fails, everything that waits fails with it, because what comes later must not overtake it.
 */
export function sendQueue(sendBatch: (messages: readonly LogMessage[]) => Promise<void>) {
  let waiting: Waiting[] = [];
  let running: Promise<void> | null = null;

  async function run(): Promise<void> {
    // Callers of the same turn of the event loop travel together.
    await Promise.resolve();
    while (waiting.length > 0) {
      const batch = waiting.splice(0, batchLength(waiting));
      try {
        await sendBatch(batch.map(({ message }) => message));
        for (const { done } of batch) done?.resolve();
      } catch (error) {
        const failed = [...batch, ...waiting];
        waiting = [];
        for (const { done } of failed) done?.reject(error);
      }
    }
    running = null;
  }

  return {
    /** All or, when it rejects, perhaps some of them are sent. */
    send(messages: readonly SizedMessage[]): Promise<void> {
      if (messages.length === 0) return Promise.resolve();
      const done = Promise.withResolvers<void>();
      const last = messages.length - 1;
      for (const [index, each] of messages.entries()) waiting.push({ ...each, done: index === last ? done : null });
      running ??= run();
      return done.promise;
    },
    /** Resolves when nothing is in flight. */
    idle: (): Promise<void> => running ?? Promise.resolve(),
  };
}

/** At least one message, and what fits with it. */
function batchLength(waiting: readonly Waiting[]): number {
  let bytes = 0;
  for (const [index, each] of waiting.entries()) {
    bytes += each.bytes;
    if (index > 0 && (bytes > BATCH_BYTES || index >= BATCH_MESSAGES)) return index;
  }
  return waiting.length;
}
