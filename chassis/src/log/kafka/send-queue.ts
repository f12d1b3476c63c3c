import type { LogMessage } from '../event-log.ts';
import { EventLogError } from '../event-log-error.ts';
import { type RefusedMessage, tooLarge } from '../message-limits.ts';

/** A broker accepts record batches of 1 MiB by default; all messages of a topic may fall into one partition. */
const BATCH_BYTES = 1024 * 1024;
const BATCH_MESSAGES = 2000;
/**
 * Share by which a batch may be larger than the one before, until the broker refuses one again: at a limit far below ours
 * that is about one batch in fifty.
 */
const GROWTH = 1 / 64;
const LEAST_GROWTH_BYTES = 1024;

export interface SizedMessage {
  readonly message: LogMessage;
  readonly bytes: number;
}

interface Send {
  readonly refused: RefusedMessage[];
  resolve(refused: readonly RefusedMessage[]): void;
  reject(error: unknown): void;
}

interface Waiting extends SizedMessage {
  readonly send: Send;
  readonly isLast: boolean;
}

/**
 * A queue of the messages of all callers, sent with one batch in flight, which keeps their order. When a batch
 * fails, all waiting messages fail with it, because later ones must not overtake it. A batch that is too large
 * for the broker is halved until it is accepted, or until the one message is left that the broker will never accept. So is a
 * batch on which it closes the connection, as some do when it is too large; for a single message that is no permanent refusal.
 */
export function sendQueue(sendBatch: (messages: readonly LogMessage[]) => Promise<void>) {
  let waiting: Waiting[] = [];
  let running: Promise<void> | null = null;
  let budget = BATCH_BYTES;

  async function run(): Promise<void> {
    // Sends of the same turn of the event loop share a batch.
    await Promise.resolve();
    while (waiting.length > 0) await sendNext(waiting.splice(0, batchLength(waiting, budget)));
    running = null;
  }

  async function sendNext(batch: readonly Waiting[]): Promise<void> {
    try {
      await sendBatch(batch.map(({ message }) => message));
      budget = Math.min(BATCH_BYTES, Math.floor(budget + Math.max(LEAST_GROWTH_BYTES, budget * GROWTH)));
    } catch (error) {
      if (batch.length > 1 && (isTooLarge(error) || isHangUp(error))) return halve(batch);
      if (!isTooLarge(error)) return failAll(batch, error);
      for (const { message, bytes, send } of batch) send.refused.push(tooLarge(message, bytes, "the broker's limit (max.message.bytes)"));
    }
    for (const { isLast, send } of batch) if (isLast) send.resolve(send.refused);
  }

  function halve(batch: readonly Waiting[]): void {
    waiting = [...batch, ...waiting];
    budget = Math.floor(batch.reduce((sum, { bytes }) => sum + bytes, 0) / 2);
  }

  function failAll(batch: readonly Waiting[], error: unknown): void {
    const failed = [...batch, ...waiting];
    waiting = [];
    for (const { isLast, send } of failed) if (isLast) send.reject(error);
  }

  return {
    /** Returns the messages that the broker will never accept; all others are sent. When it rejects, some may have been sent. */
    send(messages: readonly SizedMessage[]): Promise<readonly RefusedMessage[]> {
      if (messages.length === 0) return Promise.resolve([]);
      const { promise, resolve, reject } = Promise.withResolvers<readonly RefusedMessage[]>();
      const send: Send = { refused: [], resolve, reject };
      const last = messages.length - 1;
      for (const [index, each] of messages.entries()) waiting.push({ ...each, send, isLast: index === last });
      running ??= run();
      return promise;
    },
    /** Resolves when nothing is in flight. */
    idle: (): Promise<void> => running ?? Promise.resolve(),
  };
}

export function isTooLarge(error: unknown): boolean {
  return error instanceof EventLogError && error.code === 'message-too-large';
}

function isHangUp(error: unknown): boolean {
  return error instanceof EventLogError && error.code === 'connection-closed';
}

/** Number of messages in the next batch: at least one, and those that fit with it. */
function batchLength(waiting: readonly Waiting[], budget: number): number {
  let bytes = 0;
  for (const [index, each] of waiting.entries()) {
    bytes += each.bytes;
    if (index > 0 && (bytes > budget || index >= BATCH_MESSAGES)) return index;
  }
  return waiting.length;
}
