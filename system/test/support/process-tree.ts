import { readdirSync, readFileSync } from 'node:fs';

interface Process {
  readonly pid: number;
  readonly words: readonly string[];
}

/** Children, their children and so on. */
export function descendantsOf(ancestor: number): readonly Process[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const children = all.map(Number).filter((pid) => statusOf(pid, 'PPid') === String(ancestor));
  return children.flatMap((pid) => [{ pid, words: wordsOf(pid) }, ...descendantsOf(pid)]);
}

/** One that has ended and waits for somebody to ask how counts as gone: in many containers nobody ever asks. */
export function isRunning(pid: number): boolean {
  const state = statusOf(pid, 'State');
  return state !== undefined && !/^[ZX]/.test(state);
}

const wordsOf = (pid: number): readonly string[] => (read(pid, 'cmdline') ?? '').split('\0');

function statusOf(pid: number, field: 'PPid' | 'State'): string | undefined {
  return new RegExp(`^${field}:\\s+(\\w+)`, 'm').exec(read(pid, 'status') ?? '')?.[1];
}

function read(pid: number, file: 'cmdline' | 'status'): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    // It has ended between the listing and this look.
    return undefined;
  }
}
