import type { LogMessage } from './event-log.ts';
import { EventLogError } from './event-log-error.ts';

/** Bytes of key, value and headers (as JSON) together; every engine refuses the same messages. A broker may be set to take less. */
export const MESSAGE_LIMIT = 1024 * 1024;

/** The message's bytes, as they count against the limit. */
export function messageBytes({ key, value }: LogMessage, headersJson: string): number {
  return Buffer.byteLength(key) + Buffer.byteLength(value) + Buffer.byteLength(headersJson);
}

/** A message that the log will not take however often it is sent, and why. */
export interface RefusedMessage {
  /** The very object that was to be sent. */
  readonly message: LogMessage;
  readonly cause: string;
}

export function tooLarge(message: LogMessage, bytes: number, limit = `the limit of ${MESSAGE_LIMIT}`): RefusedMessage {
  return { message, cause: `topic ${message.topic}, key ${message.key.slice(0, 100)}: ${bytes} bytes exceed ${limit}` };
}

/** A send refused these messages for good; all its others are in the log. */
export class MessagesRefusedError extends EventLogError {
  constructor(readonly refused: readonly RefusedMessage[]) {
    const [first] = refused;
    const more = refused.length > 1 ? `, and ${refused.length - 1} more` : '';
    super('message-too-large', `${first?.cause ?? 'nothing was refused'}${more}`);
  }
}
