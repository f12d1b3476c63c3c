import type { AnyEvent } from '@souk/contracts/envelope';
import { fromLogMessage, type LogMessage } from '@souk/contracts/log-message';

/** A message read as its readers read it; throws when they could not. */
export function eventOf(message: LogMessage): AnyEvent {
  const read = fromLogMessage(message);
  if (!read.ok) throw new Error(read.cause);
  return read.event;
}
