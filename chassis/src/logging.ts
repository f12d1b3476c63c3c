import pino, { type DestinationStream, type Level, type Logger } from 'pino';
import { redacted } from './redaction.ts';

export type LogLevel = Level | 'silent';
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const satisfies LogLevel[];

export type { DestinationStream, Logger };

interface LoggerOptions {
  readonly service: string;
  readonly level: LogLevel;
  /** Default: standard error, because standard output belongs to the program's results. */
  readonly destination?: DestinationStream;
}

/** JSON lines, their levels by name. Written synchronously: the last lines before a crash are the ones that matter. */
export function createLogger({
  service,
  level,
  destination = pino.destination({ dest: 2, sync: true }),
}: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: (fields) => redacted(fields) },
      serializers: { err: serializedError },
    },
    destination,
  );
}

/** An error says its own name; what it carries besides is redacted like everything else. A reason may be a text alone. */
function serializedError(error: unknown): unknown {
  if (!(error instanceof Error)) return typeof error === 'object' && error !== null ? redacted({ ...error }, 2) : error;
  const { name, ...fields } = { ...pino.stdSerializers.err(error) } as Record<string, unknown>;
  return { ...redacted(fields, 2), ...(name !== undefined && { name }) };
}
