import { isMarkedName, isContractWord } from '@souk/contracts/schema';

const REDACTED = '[redacted]';
/** Withheld in every process, whatever contracts it has loaded; some are in no contract. */
const ALWAYS: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'password',
  'currentPassword',
  'newPassword',
  'token',
  'accessToken',
  'refreshToken',
  'cardnumber',
  'cardNumber',
]);
/** Anything deeper is left out whole. */
const DEPTH_LIMIT = 6;

/**
 * Log fields with the personal and secret ones of a contract withheld, at any depth. An object that has none of them is
 * returned as it is. `depth`: of the fields in the line; an error at 1 is left to the logger's serializer.
 */
export function redacted(fields: Record<string, unknown>, depth = 1): Record<string, unknown> {
  let changed: Record<string, unknown> | undefined;
  for (const [name, value] of Object.entries(fields)) {
    const shown = isWithheld(name) && saysSomething(name, value) ? REDACTED : shownValue(value, depth);
    if (shown !== value) (changed ??= { ...fields })[name] = shown;
  }
  return changed ?? fields;
}

function isWithheld(name: string): boolean {
  return isMarkedName(name) || ALWAYS.has(name);
}

/** False for a missing value, and for a word that a contract lists, such as an order's `reason`, even if another one has a note of that name. */
function saysSomething(name: string, value: unknown): boolean {
  return value !== undefined && value !== null && !isContractWord(name, value);
}

function shownValue(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const isList = Array.isArray(value);
  if (!isList && (!isWrittenByField(value) || (depth === 1 && value instanceof Error))) return value;
  if (depth === DEPTH_LIMIT) return REDACTED;
  if (!isList) return redacted(value, depth + 1);
  const shown = value.map((item: unknown) => shownValue(item, depth + 1));
  return shown.some((item, at) => item !== value[at]) ? shown : value;
}

/** Plain objects, such as serialized errors, and errors not serialized yet; an object of another class may be a socket or a buffer. */
function isWrittenByField(value: object): value is Record<string, unknown> {
  const prototype = Object.getPrototypeOf(value) as { readonly constructor?: unknown } | null;
  return prototype === null || prototype.constructor === Object || value instanceof Error;
}
