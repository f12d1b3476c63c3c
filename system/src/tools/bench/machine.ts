import { availableParallelism, cpus, release, totalmem } from 'node:os';

/** The machine that was measured, in a line: without it a figure says nothing. */
export function machineLine(): string {
  const model = cpus()[0]?.model ?? 'unknown processor';
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${availableParallelism()} x ${model}, ${memory} GB, Linux ${release()}, Bun ${Bun.version}; generator on the same machine`;
}
