/** One event of a stream of server-sent events; `data` as it came. */
export interface SentEvent {
  readonly name: string;
  readonly data: string;
  /** undefined: the event has none. */
  readonly id: string | undefined;
}

/** Characters of one event. The longest of ours has 100 entries of some 500. */
const LONGEST_EVENT = 1024 * 1024;

/** The stream is not one of server-sent events as the services send them. */
export class EventTooLongError extends Error {
  readonly code = 'event-too-long';
  constructor() {
    super(`an event of a stream has more than ${LONGEST_EVENT} characters`);
    this.name = 'EventTooLongError';
  }
}

/**
 * Reads server-sent events out of the pieces of a stream (the HTML standard, section 9.2). Returns the events that a piece completes; comments are
 * none. Throws EventTooLongError.
 */
export function eventReader(): (piece: Uint8Array) => readonly SentEvent[] {
  const decoder = new TextDecoder();
  let rest = '';
  return (piece) => {
    rest += decoder.decode(piece, { stream: true });
    const parts = rest.split(/\r\n\r\n|\n\n|\r\r/);
    rest = parts.pop() ?? '';
    if (rest.length > LONGEST_EVENT) throw new EventTooLongError();
    return parts.flatMap((part) => eventIn(part) ?? []);
  };
}

function eventIn(text: string): SentEvent | undefined {
  let name = 'message';
  let id: string | undefined;
  const data: string[] = [];
  for (const line of text.split(/\r\n|\n|\r/)) {
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') name = value;
    else if (field === 'id') id = value;
    else if (field === 'data') data.push(value);
  }
  return data.length === 0 ? undefined : { name, id, data: data.join('\n') };
}
