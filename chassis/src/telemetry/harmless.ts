import { standardError } from './standard-error.ts';

/**
 * The same function, but it never throws, because reporting must not break the work reported on. A report that fails
 * is counted with the log lines that are missing.
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
