import { existsSync, mkdirSync, readFileSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** As `compose.yaml` limits a service. */
export const MEMORY_LIMIT = 256 * 1024 * 1024;

const V1 = '/sys/fs/cgroup/memory';
const V2 = '/sys/fs/cgroup';

/** A group of processes that the kernel ends when they want more memory than a container of ours gets. */
export interface MemoryLimit {
  /** The same program, started inside of the limit. */
  within(command: readonly string[]): readonly string[];
  /** Bytes it had at most, with the pages of files that it read and that the kernel may take back. */
  peakBytes(): number;
  /** The number of its processes that the kernel has ended. */
  kills(): number;
  remove(): void;
}

/** Undefined on a machine that lets us limit nobody. */
export function memoryLimit(name: string): MemoryLimit | undefined {
  const folder = makeGroup(`souk-test-${process.pid}-${name}`);
  if (folder === undefined) return undefined;
  const isFirstVersion = folder.startsWith(V1);
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  return {
    within: (command) => ['sh', '-c', 'echo $$ > "$0" && exec "$@"', join(folder, 'cgroup.procs'), ...command],
    peakBytes: () => Number(read(isFirstVersion ? 'memory.max_usage_in_bytes' : 'memory.peak')),
    kills: () => Number(/^oom_kill (\d+)$/m.exec(read(isFirstVersion ? 'memory.oom_control' : 'memory.events'))?.[1]),
    remove: () => rmdirSync(folder),
  };
}

function makeGroup(name: string): string | undefined {
  const root = existsSync(join(V1, 'memory.limit_in_bytes')) ? V1 : V2;
  const folder = join(root, name);
  try {
    mkdirSync(folder);
  } catch {
    return undefined;
  }
  try {
    if (root === V1) {
      writeFileSync(join(folder, 'memory.limit_in_bytes'), String(MEMORY_LIMIT));
    } else {
      writeFileSync(join(folder, 'memory.max'), String(MEMORY_LIMIT));
      writeFileSync(join(folder, 'memory.swap.max'), '0');
    }
    return folder;
  } catch {
    rmSync(folder, { recursive: true, force: true });
    return undefined;
  }
}
