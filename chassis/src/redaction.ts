import { isMarkedName } from '@souk/contracts/personal';

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
/** What lies deeper is left out whole. */
const DEPTH_LIMIT = 6;

/**
 * What is logged, without the fields that are personal or secret in a contract, at any depth. What has none of them is
 * given back as it came.
 */
export function redacted(fields: Record<string, unknown>): Record<string, unknown> {
  return withoutMarked(fields, 1);
}

function withoutMarked(fields: Record<string, unknown>, depth: number): Record<string, unknown> {
  let changed: Record<string, unknown> | undefined;
  for (const [name, value] of Object.entries(fields)) {
    const shown = value !== undefined && value !== null && isWithheld(name) ? REDACTED : shownValue(value, depth);
    if (shown !== value) (changed ??= { ...fields })[name] = shown;
  }
  return changed ?? fields;
}

function isWithheld(name: string): boolean {
  return isMarkedName(name) || ALWAYS.has(name);
}

function shownValue(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const isList = Array.isArray(value);
  if (!isList && !isPlain(value)) return value;
  if (depth === DEPTH_LIMIT) return REDACTED;
  if (!isList) return withoutMarked(value, depth + 1);
  const shown = value.map((item: unknown) => shownValue(item, depth + 1));
  return shown.some((item, at) => item !== value[at]) ? shown : value;
}

/** Errors and the like are written by serializers of their own. */
function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
