import type { FieldError } from '@souk/contracts/problem';
import { decodeUtf8, requirePlainUtf8 } from '../app/text-encoding.ts';
import type { BodyArrival } from './body-limits.ts';
import { isPlainObject, type PlainObject, pointerTo } from '../json-values.ts';
import { problem } from '../problems/problem.ts';
import { readAtMost, tooLarge, wrongType } from './raw-body.ts';

const BODY_LIMIT = 64 * 1024;
const NESTING_LIMIT = 10;
const JSON_TYPE = /^application\/(?:json|[\w.!#$&^+-]+\+json)\s*(?:;|$)/i;

interface ReadBody {
  /** null: there was none */
  readonly value: object | null;
  readonly fault: FieldError | undefined;
  /** Approximate bytes that it takes in memory. */
  readonly held: number;
}

/** Memory of a body, in multiples of its text: for the parsed value and what is made of it. */
const HELD = 4;
const ABSENT: ReadBody = { value: null, fault: undefined, held: 0 };

/**
 * Reads a request's JSON body; throws the 413, 415, 408 or 400 problem. Errors that a schema cannot find (no object at the top,
 * NUL or a lone surrogate in a string, nesting beyond 10) are returned as a fault, to be answered after authentication.
 */
export async function readJsonBody(request: Request, arrival: BodyArrival): Promise<ReadBody> {
  const { headers } = request;
  const length = headers.get('content-length');
  if (length !== null && Number(length) > BODY_LIMIT) throw tooLarge(BODY_LIMIT);
  if (length === '0' || (length === null && request.body === null)) return ABSENT;
  const type = headers.get('content-type');
  // A body of unknown length may turn out to be empty, and then needs no type.
  if (type === null ? length !== null : !JSON_TYPE.test(type)) throw wrongType('application/json');
  requirePlainUtf8(headers);
  const read = () => (length === null ? readAtMost(request, BODY_LIMIT) : request.bytes());
  const text = decodeUtf8(await arrival.of(request, read, Number(length ?? BODY_LIMIT)));
  if (text.length === 0) return ABSENT;
  if (type === null) throw wrongType('application/json');
  const cut = cutAtDepth(text, NESTING_LIMIT);
  return { ...judged(parsed(cut ?? text), cut !== undefined || text.includes('\\u')), held: text.length * HELD };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (cause instanceof SyntaxError || cause instanceof RangeError) throw problem('malformed-json', { detail: 'The body cannot be parsed: send one JSON object.' });
    throw cause;
  }
}

/** `mayBeFaulty`: the text was too deep, or has a \u, without which it can hold neither a NUL nor a lone surrogate. */
function judged(value: unknown, mayBeFaulty: boolean): Omit<ReadBody, 'held'> {
  if (!isPlainObject(value)) return { value: {}, fault: { pointer: '', detail: 'must be an object' } };
  return { value, fault: mayBeFaulty ? faultIn(value, 1) : undefined };
}

function faultIn(value: PlainObject | readonly unknown[], depth: number): FieldError | undefined {
  if (depth > NESTING_LIMIT) return { pointer: '', detail: `is nested deeper than ${NESTING_LIMIT} levels` };
  const isObject = !Array.isArray(value);
  for (const [key, member] of Object.entries(value)) {
    if (isObject && isBroken(key)) return { pointer: '', detail: 'has a field name with a character that is not allowed' };
    const fault = faultAt(member, depth);
    if (fault !== undefined) return { ...fault, pointer: `${pointerTo(key)}${fault.pointer}` };
  }
  return undefined;
}

function faultAt(member: unknown, depth: number): FieldError | undefined {
  if (isPlainObject(member) || Array.isArray(member)) return faultIn(member, depth + 1);
  return typeof member === 'string' && isBroken(member) ? { pointer: '', detail: 'has a character that is not allowed' } : undefined;
}

function isBroken(text: string): boolean {
  return text.includes('\0') || !text.isWellFormed();
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * The text up to the first place nested deeper than `limit`, with an empty list there and everything closed after it: so little
 * of a deep text is parsed, and the result still shows where it is too deep. undefined: nothing in it is that deep.
 */
export function cutAtDepth(text: string, limit: number): string | undefined {
  let closing = '';
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      if (closing.length === limit) return `${text.slice(0, at)}[]${closing}`;
      closing = `${code === OPEN_LIST ? ']' : '}'}${closing}`;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) closing = closing.slice(1);
  }
  return undefined;
}

/** The index of the quote that ends the string; the end of the text if there is none. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (code === QUOTE) break;
  }
  return at;
}
