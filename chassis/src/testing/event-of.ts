import type { AnyEvent } from '@souk/contracts/envelope';
import { fromLogMessage, type LogMessage } from '@souk/contracts/log-message';

/** Reads a message as its readers do; throws when they could not. */
export function eventOf(message: LogMessage): AnyEvent {
  const read = fromLogMessage(message);
  if (!read.ok) throw new Error(read.cause);
  return read.event;
}
