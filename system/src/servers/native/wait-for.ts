import { until } from '@souk/chassis/testing/until';
import { EnvironmentError } from '../../cli/exit-code.ts';
import type { GuardedProcess } from './guarded-process.ts';
import { lastLines } from './install-server.ts';

/** A machine under load takes long; an idle one 1-3 s. */
const START_LIMIT_MS = 90_000;

/** Waits until `look` no longer throws. Throws EnvironmentError, with the server's last lines, when it ends meanwhile. */
export async function waitFor<T>(name: string, process: GuardedProcess, look: () => T | Promise<T>): Promise<T> {
  let refusal: unknown;
  try {
    const { answer } = await until(
      'an answer',
      async () => {
        if (process.pid === null) throw new Error('it has ended');
        try {
          return { answer: await look() };
        } catch (error) {
          refusal = error;
          return false;
        }
      },
      START_LIMIT_MS,
    );
    return answer;
  } catch (error) {
    const why = `${String(error)}${refusal === undefined ? '' : `; at last ${String(refusal)}`}`;
    throw new EnvironmentError(
      `${name} did not start: ${why}. Its last lines:\n${lastLines(process.output())}`,
      'Free memory and disk, and try again; a cache that is broken is made anew after: rm -rf .cache/servers',
      { cause: error },
    );
  }
}
