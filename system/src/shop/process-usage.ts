import { readFileSync } from 'node:fs';

/** User and system time so far, in milliseconds; from /proc, whose unit is 10 ms. */
export function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

export const residentMb = (pid: number): number => megabytes(pid, 'VmRSS');

/** Peak resident memory. */
export const peakMb = (pid: number): number => megabytes(pid, 'VmHWM');

function megabytes(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const kilobytes = new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kilobytes ?? 0) / 1024);
}
