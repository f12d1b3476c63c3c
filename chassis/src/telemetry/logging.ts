import { isContractWord, isMarkedName } from '@souk/contracts/schema';
import pino, { type DestinationStream, type Level, type Logger } from 'pino';
import { standardError } from './standard-error.ts';

export type LogLevel = Level | 'silent';
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const satisfies LogLevel[];

export type { DestinationStream, Logger };

interface LoggerOptions {
  readonly service: string;
  readonly level: LogLevel;
  /** Default: standard error, because standard output belongs to the program's results. */
  readonly destination?: DestinationStream;
}

/**
 * A logger of JSON lines, with levels by name. Logging never throws, because reporting a failure must not cause another one: a
 * line that cannot be built or written is dropped and counted (`standard-error.ts`).
 */
export function createLogger({
  service,
  level,
  destination = { write: (line) => standardError.write(line, service) },
}: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: (fields) => redacted(fields) },
      serializers: { err: serializedError },
      hooks: {
        logMethod(given, write) {
          try {
            write.apply(this, given);
          } catch {
            standardError.lost(service);
          }
        },
      },
    },
    destination,
  );
}

/** An error keeps its own name; its other fields are redacted like everything else. The value may also be a plain text. */
function serializedError(error: unknown): unknown {
  if (!(error instanceof Error)) return typeof error === 'object' && error !== null ? redacted({ ...error }, 2) : error;
  const { name, ...fields } = { ...pino.stdSerializers.err(error) } as Record<string, unknown>;
  return { ...redacted(fields, 2), ...(name !== undefined && { name }) };
}

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
