import { availableParallelism, cpus, release, totalmem } from 'node:os';

/** The measured machine in one line: without it figures say nothing. */
export function machineLine(): string {
  const model = cpus()[0]?.model ?? 'unknown processor';
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${availableParallelism()} x ${model}, ${memory} GB, Linux ${release()}, Bun ${Bun.version}; generator on the same machine`;
}
