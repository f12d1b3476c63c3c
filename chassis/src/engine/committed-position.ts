/** A reader's place in each lane; a lane that it does not name begins at 0. Lanes are never removed, so that this stays right. */
export type Position = ReadonlyMap<string, number>;

/** A service on which nothing was committed has a position too: an empty id would be none. */
const NOTHING = '-';
/** Stands for positions that are too long: a reader that comes back with it begins anew. */
const TOO_LONG = 'too-long';
/** Characters: those of five services together fit into a request's head, encoded once more. */
const LONGEST = 2000;

export const endOf = (position: Position, lane: string): number => position.get(lane) ?? 0;

/** `order-1:123,order-2:5`, with percent-encoded names. */
export function textOfPosition(position: Position): string {
  let text = '';
  for (const [lane, seq] of position) {
    if (seq > 0) text += `${text === '' ? '' : ','}${encodeURIComponent(lane)}:${seq}`;
  }
  return text === '' ? NOTHING : text.length > LONGEST ? TOO_LONG : text;
}

const PLACE = /^([^:,]+):([1-9]\d{0,14})$/;

/** undefined: the text is no position. */
export function positionOf(text: string): Position | undefined {
  if (text === NOTHING) return new Map();
  if (text.length > LONGEST) return undefined;
  const position = new Map<string, number>();
  for (const place of text.split(',')) {
    const [, name, seq] = PLACE.exec(place) ?? [];
    const lane = name === undefined ? undefined : decoded(name);
    if (lane === undefined || position.has(lane)) return undefined;
    position.set(lane, Number(seq));
  }
  return position;
}

function decoded(name: string): string | undefined {
  try {
    return decodeURIComponent(name);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** Number of entries from one position to a later one; undefined: it is no later one, so the first was never given out here. */
export function countBetween(from: Position, to: Position): number | undefined {
  let count = 0;
  for (const [lane, seq] of from) if (seq > endOf(to, lane)) return undefined;
  for (const [lane, seq] of to) count += seq - endOf(from, lane);
  return count;
}
