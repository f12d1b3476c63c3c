import { standardError } from './standard-error.ts';

/**
 * The same function for those whose work goes on whatever it throws: to tell of something must not be what breaks it. What
 * could not be told is counted with the log lines that are missing.
 */
export function harmless<Told extends readonly unknown[]>(tell: (...told: Told) => void): (...told: Told) => void {
  return (...told) => {
    try {
      tell(...told);
    } catch {
      standardError.lost();
    }
  };
}
