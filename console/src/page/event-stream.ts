/** One event of a stream of server-sent events. */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
}

/** Longest event that is read, in characters; a longer one ends the stream. */
const LONGEST = 4_000_000;

/**
 * Reads server-sent events out of text that comes in pieces, as the HTML standard describes them. `lastId` is the id to resume from. Comments give no
 * event: whoever feeds the text sees that something came.
 */
export function eventStreamReader(lastId = '') {
  let rest = '';
  let event = '';
  // Becomes the last id with its event: one that was cut off in the middle has to come again.
  let id = lastId;
  let data: string[] = [];
  let size = 0;
  const reader = { lastId, feed };

  function feed(text: string): StreamEvent[] {
    const events: StreamEvent[] = [];
    rest += text;
    // A carriage return at the very end may be the first half of a line end.
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    if (rest.length + size > LONGEST) throw new Error('An event of the stream is too long');
    for (const line of lines) {
      const whole = line === '' ? endOfEvent() : undefined;
      if (line !== '') field(line);
      if (whole !== undefined) events.push(whole);
    }
    return events;
  }

  function field(line: string): void {
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'event') event = value;
    else if (name === 'id' && !value.includes('\0')) id = value;
    else if (name === 'data') {
      data.push(value);
      size += value.length;
    }
  }

  function endOfEvent(): StreamEvent | undefined {
    const whole = data.length === 0 ? undefined : { event: event === '' ? 'message' : event, data: data.join('\n') };
    reader.lastId = id;
    event = '';
    data = [];
    size = 0;
    return whole;
  }

  return reader;
}
