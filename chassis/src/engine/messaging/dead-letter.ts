import type { LogMessage } from '../../log/event-log.ts';

/**
 * - `unhandled`: a message from the log that this service could not handle
 * - `unsent`: an event of this service that the log refused for good
 */
export const DEAD_LETTER_KINDS = ['unhandled', 'unsent'] as const;
export const DEAD_LETTER_STATUSES = ['dead', 'redriven', 'discarded'] as const;

/** A message that was given up, with its original bytes. It waits for a person: redrive, or discard with a reason. */
export interface DeadLetter {
  readonly id: string;
  readonly kind: (typeof DEAD_LETTER_KINDS)[number];
  readonly message: LogMessage;
  readonly cause: string;
  readonly attempts: number;
  /** epoch milliseconds */
  readonly firstFailedAt: number;
  readonly lastFailedAt: number;
  readonly status: (typeof DEAD_LETTER_STATUSES)[number];
  /** epoch milliseconds; null while dead */
  readonly resolvedAt: number | null;
  readonly resolvedBy: string | null;
  /** why it was discarded */
  readonly resolution: string | null;
}
