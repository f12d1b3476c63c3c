import type { LogMessage } from './event-log.ts';
import { EventLogError } from './event-log-error.ts';

/** Bytes of key, value and headers (as JSON) together; every engine refuses the same messages. A broker may be set to accept less. */
export const MESSAGE_LIMIT = 1024 * 1024;

/** The message's bytes, as they count against the limit. */
export function messageBytes({ key, value }: LogMessage, headersJson: string): number {
  return Buffer.byteLength(key) + Buffer.byteLength(value) + Buffer.byteLength(headersJson);
}

/** A message that the log refuses however often it is sent, and the reason. */
export interface RefusedMessage {
  /** The same object that was passed to `send`. */
  readonly message: LogMessage;
  readonly cause: string;
}

export function tooLarge(message: LogMessage, bytes: number, limit = `the limit of ${MESSAGE_LIMIT}`): RefusedMessage {
  return { message, cause: `topic ${message.topic}, key ${message.key.slice(0, 100)}: ${bytes} bytes exceed ${limit}` };
}

/** A send permanently refused these messages; all its other messages are in the log. */
export class MessagesRefusedError extends EventLogError {
  constructor(readonly refused: readonly RefusedMessage[]) {
    const [first] = refused;
    const more = refused.length > 1 ? `, and ${refused.length - 1} more` : '';
    super('message-too-large', `${first?.cause ?? 'nothing was refused'}${more}`);
  }
}
