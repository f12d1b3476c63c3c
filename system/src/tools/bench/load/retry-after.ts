import type { HttpAnswer } from './answer-reader.ts';

/** Seconds of Retry-After; the shop never gives it as a date. */
export function retryAfterOf({ header }: HttpAnswer): number | undefined {
  const said = header('retry-after');
  const seconds = Number(said);
  return said === undefined || !Number.isFinite(seconds) || seconds < 0 ? undefined : seconds;
}
