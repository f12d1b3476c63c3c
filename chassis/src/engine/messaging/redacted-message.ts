import { type BinaryParts, retiredFields, withoutRetired } from '@souk/contracts/log-message';
import { withoutPersonal } from '@souk/contracts/values-by-schema';
import { holdsPersonal } from '@souk/contracts/schema';
import { isTopic, type Topic, TOPICS } from '@souk/contracts/topics';
import type { LogMessage } from '../../log/event-log.ts';

/**
 * A message without the fields that its topic's contract marks as personal, or did in an earlier version. If they cannot be
 * told from the rest, because the value is not what the topic holds, nothing of it is shown, and never its bytes. Other topics
 * have nothing to hide.
 */
export function redactedMessage(message: LogMessage): LogMessage {
  const { topic, value, binary, ...rest } = message;
  if (!isTopic(topic) || !mayTellOfPeople(topic)) return message;
  const data = parsed(value);
  const shown = data === undefined ? `[${value.length} characters that may be personal]` : JSON.stringify(withoutPersonal(TOPICS[topic].data, withoutRetired(topic, data)));
  return { topic, ...rest, value: shown, ...(binary && withoutValue(binary)) };
}

/** True if the topic has personal fields, today or in an earlier version. */
function mayTellOfPeople(topic: Topic): boolean {
  const retired = retiredFields(topic);
  return holdsPersonal(TOPICS[topic].data) || (retired !== undefined && holdsPersonal(retired));
}

function withoutValue({ key, headers }: BinaryParts): Pick<LogMessage, 'binary'> {
  if (key === undefined && headers === undefined) return {};
  return { binary: { ...(key !== undefined && { key }), ...(headers && { headers }) } };
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
