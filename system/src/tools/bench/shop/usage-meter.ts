import { readFileSync } from 'node:fs';
import type { Usage, Usages } from './bench-shop.ts';

/** Reads the resources that one process has used since its own start; throws while it does not run. */
export type ReadUsage = () => Usage | Promise<Usage>;

/**
 * Reads the resources that processes have used so far. A process that was killed and restarted continues from its former count;
 * the count of one that is away stands still.
 */
export function usageMeter(readers: Readonly<Record<string, ReadUsage>>): () => Promise<Usages> {
  const seen = new Map<string, { readonly ended: Usage; readonly last: Usage }>();

  async function read(name: string, reader: ReadUsage): Promise<readonly [string, Usage]> {
    const { ended, last } = seen.get(name) ?? { ended: NONE, last: NONE };
    // A process that cannot be read counts as using nothing.
    const now = await Promise.resolve().then(reader).catch(() => ({ ...last, residentMb: 0 }));
    // Less CPU time than before means another process under the same name.
    const before = now.cpuMs < last.cpuMs ? sum(ended, last) : ended;
    seen.set(name, { ended: before, last: now });
    return [name, { ...sum(before, now), residentMb: now.residentMb }];
  }

  return async () => Object.fromEntries(await Promise.all(Object.entries(readers).map(([name, reader]) => read(name, reader))));
}

const NONE: Usage = { cpuMs: 0, residentMb: 0, writtenBytes: 0, readBytes: 0 };

function sum(one: Usage, other: Usage): Usage {
  return {
    cpuMs: one.cpuMs + other.cpuMs,
    residentMb: other.residentMb,
    writtenBytes: added(one.writtenBytes, other.writtenBytes),
    readBytes: added(one.readBytes, other.readBytes),
  };
}

const added = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? undefined : one + other;

/** Bytes between a process and the disk so far, from /proc; none if that cannot be read. */
export function diskBytes(pid: number | null | undefined): Pick<Usage, 'writtenBytes' | 'readBytes'> {
  if (pid === null || pid === undefined) return {};
  try {
    const text = readFileSync(`/proc/${pid}/io`, 'utf8');
    const field = (name: string) => Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(text)?.[1] ?? 0);
    return { writtenBytes: field('write_bytes'), readBytes: field('read_bytes') };
  } catch {
    // It has ended, or belongs to another user.
    return {};
  }
}
