import type { FieldError } from '@souk/contracts/problem';
import type { BodyArrival } from './body-arrival.ts';
import { cutAtDepth } from './json-depth.ts';
import { isPlainObject, type PlainObject } from './plain-object.ts';
import { problem } from '../problems/problem.ts';
import { readAtMost, tooLarge, wrongType } from './raw-body.ts';
import { decodeUtf8, requirePlainUtf8 } from '../app/text-encoding.ts';

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
  if (depth > NESTING_LIMIT) return { pointer: '', detail: `nested deeper than ${NESTING_LIMIT}` };
  const isObject = !Array.isArray(value);
  for (const [key, member] of Object.entries(value)) {
    if (isObject && isBroken(key)) return { pointer: '', detail: 'has a field name with a character that is not allowed' };
    const fault = faultAt(member, depth);
    if (fault !== undefined) return { ...fault, pointer: `/${escapePointer(key)}${fault.pointer}` };
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

/** RFC 6901 */
function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
