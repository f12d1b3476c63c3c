import { readFileSync } from 'node:fs';

/**
 * When a process began, in ticks since the machine did; with its id it names one process for ever. Undefined when it is
 * gone: its parent, the guard, clears it away only after its last thread, so its port and locks are free then.
 */
export function startTick(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name stands in brackets and may itself hold spaces and brackets.
    return stat.slice(stat.lastIndexOf(') ') + 2).split(' ')[19];
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return undefined;
    throw error;
  }
}
