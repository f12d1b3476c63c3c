import pino, { type DestinationStream, type Level, type Logger } from 'pino';
import { redacted } from './redaction.ts';
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
