import { EVENT_HEADERS } from '@souk/contracts/event-headers';
import { isTopic, TOPICS } from '@souk/contracts/topics';
import { withoutUnnamed } from '@souk/contracts/unnamed-values';
import type { LogMessage } from '../../log/event-log.ts';
import { redactedMessage } from './redacted-message.ts';

/**
 * A message as the log may keep it for ever: of its value what its topic's contract names, without what is personal, and of
 * its headers those of events. Anything about anybody may stand in all else, and in a value that cannot be read: nothing of it is told.
 */
export function toldMessage(message: LogMessage): LogMessage {
  const { topic, value, headers, ...rest } = redactedMessage(message);
  const isOurs = (name: string) => EVENT_HEADERS.has(name);
  const ours = Object.keys(headers).every(isOurs) ? headers : Object.fromEntries(Object.entries(headers).filter(([name]) => isOurs(name)));
  return { ...rest, topic, headers: ours, value: namedIn(topic, value) };
}

function namedIn(topic: string, value: string): string {
  if (!isTopic(topic)) return '';
  try {
    const data: unknown = JSON.parse(value);
    const named = withoutUnnamed(TOPICS[topic].data, data);
    return typeof named === 'object' && named !== null ? JSON.stringify(named) : '';
  } catch (error) {
    if (error instanceof SyntaxError) return '';
    throw error;
  }
}
