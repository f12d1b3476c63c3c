import { EnvironmentError } from '../../../cli/errors.ts';
import { firstAnswer } from '../ask-servers.ts';
import type { GuardedProcess } from './guarded-process.ts';
import { lastLines } from './native-server.ts';

/** Waits until `look` no longer throws. Throws EnvironmentError, with the server's last lines, if the server ends first. */
export async function waitFor<T>(name: string, process: GuardedProcess, look: () => T | Promise<T>): Promise<T> {
  try {
    return await firstAnswer(look, () => {
      if (process.pid === null) throw new Error('it has ended');
    });
  } catch (cause) {
    throw new EnvironmentError(
      `${name} did not start: ${String(cause)}. Its last lines:\n${lastLines(process.output())}`,
      'Free memory and disk, and try again; a cache that is broken is made anew after: rm -rf .cache/servers',
      { cause },
    );
  }
}
