import { readdirSync, readFileSync } from 'node:fs';

const known = new Map<string, number>();

/** Id of the process that this one started with `variable` in its environment; undefined: there is none now. */
export function childWith(variable: string): number | undefined {
  const before = known.get(variable);
  if (before !== undefined && isOurs(before, variable)) return before;
  const found = readdirSync('/proc').map(Number).find((pid) => Number.isInteger(pid) && isOurs(pid, variable));
  if (found === undefined) known.delete(variable);
  else known.set(variable, found);
  return found;
}

function isOurs(pid: number, variable: string): boolean {
  try {
    const parent = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1];
    return Number(parent) === process.pid && readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(variable);
  } catch {
    // It has ended meanwhile, or belongs to another user.
    return false;
  }
}
