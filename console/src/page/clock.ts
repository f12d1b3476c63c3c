import { signal } from '@preact/signals';

/** The time that relative times count from, epoch milliseconds; it moves once a second, and not while the page is frozen. */
export const clock = signal(Date.now());

export function ageText(ms: number): string {
  if (ms < 1500) return 'now';
  return `${durationText(ms, 1)} ago`;
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** `340 ms`, `1.2 s`, `3 min 5 s`, `2 h 10 min`; `parts`: number of units at most. */
export function durationText(ms: number, parts = 2): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 10_000 && parts > 1 && ms % 1000 !== 0) return `${(ms / 1000).toFixed(1)} s`;
  let rest = ms;
  const texts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) texts.push(`${count} ${unit}`);
    else if (texts.length > 0) break;
    if (texts.length === parts) break;
  }
  return texts.join(' ');
}

/** `12:03:11` of today, `28 Nov, 12:03` of another day; in the reader's time zone. */
export function timeText(at: number, now: number): string {
  const date = new Date(at);
  if (date.toDateString() === new Date(now).toDateString()) return date.toLocaleTimeString('en-GB');
  return date.toLocaleString('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
}
