import pino, { type DestinationStream, type Level, type Logger } from 'pino';

export type LogLevel = Level | 'silent';
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const satisfies LogLevel[];

const SECRET_FIELDS = [
  'authorization',
  'password',
  'currentPassword',
  'newPassword',
  'token',
  'accessToken',
  'refreshToken',
  'cardnumber',
  'cardNumber',
];

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
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '[redacted]' },
    },
    destination,
  );
}
