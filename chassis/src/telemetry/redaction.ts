import { isMarkedName, isContractWord } from '@souk/contracts/personal';

const REDACTED = '[redacted]';
/** Withheld in every process, whatever contracts it has loaded, and although no contract has some of them. */
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
 * Log fields without those that are personal or secret in a contract, at any depth. An object that has none of them is
 * given back as it came. `depth`: of the fields in the line; an error at 1 is left to the logger's serializer.
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

/** Nothing there tells of nobody; nor does a word of a contract, such as an order's `reason`, whoever calls a note by that name. */
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

/** Objects of no class, such as errors once they are serialized, and errors that are not; other classes may be a socket or a buffer. */
function isWrittenByField(value: object): value is Record<string, unknown> {
  const prototype = Object.getPrototypeOf(value) as { readonly constructor?: unknown } | null;
  return prototype === null || prototype.constructor === Object || value instanceof Error;
}
