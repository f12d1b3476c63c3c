import { readFileSync } from 'node:fs';

/**
 * Start time of a process, in ticks since the machine booted; with its id it identifies one process for ever. Undefined if it is
 * gone: its parent, the guard, reaps it only after its last thread, so its port and locks are free then.
 */
export function startTick(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name is in brackets and may itself contain spaces and brackets.
    return stat.slice(stat.lastIndexOf(') ') + 2).split(' ')[19];
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return undefined;
    throw error;
  }
}
