import type { HttpAnswer } from './answer-reader.ts';

/** Seconds that a refused caller is asked to wait; the shop never says it as a date. */
export function retryAfterOf({ header }: HttpAnswer): number | undefined {
  const said = header('retry-after');
  const seconds = Number(said);
  return said === undefined || !Number.isFinite(seconds) || seconds < 0 ? undefined : seconds;
}
