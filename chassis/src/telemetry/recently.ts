import { endedWithin } from '../timeouts.ts';
import { faultSource, type Report } from './report.ts';

/** The greatest age of an answer. */
const FRESH_MS = 5000;
/** The longest wait for a new answer; after it the last one is given. */
const WAIT_MS = 1000;

/**
 * Calls `read` again after 5 s at the earliest and never twice at once: for figures that anybody may request as often as they
 * like. When it fails or is slow, the last answer (at first `before`) is returned; a failure is reported as `failure`.
 */
export function recently<T>(read: () => Promise<T>, before: T, report: Report, failure: string): () => Promise<T> {
  const faults = faultSource(report, failure);
  let last = before;
  let askedAt = -Infinity;
  let asking: Promise<void> | undefined;

  async function ask(): Promise<void> {
    try {
      last = await read();
      faults.worked();
    } catch (error) {
      faults.failed(error, failure);
    }
    asking = undefined;
  }

  return async () => {
    if (asking === undefined && performance.now() - askedAt >= FRESH_MS) {
      askedAt = performance.now();
      asking = ask();
    }
    if (asking !== undefined) await endedWithin(WAIT_MS, asking);
    return last;
  };
}
