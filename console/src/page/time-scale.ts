import { durationText } from './clock.ts';
import type { Gap } from './saga-drawing.ts';

/** A stretch of time on the axis. `from` and `to`: epoch milliseconds; `start` and `end`: its place, 0 to 1. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
  /** The gap that is folded here; null: drawn to scale. */
  readonly folded: Gap | null;
}

export interface TimeScale {
  readonly stretches: readonly Stretch[];
  /** Place of a moment, 0 to 1. */
  readonly at: (time: number) => number;
  readonly ticks: readonly Tick[];
}

interface Tick {
  readonly time: number;
  readonly place: number;
  /** `3.215 s`: with as many digits as tell it from its neighbours */
  readonly text: string;
}

/** Part of the axis that a folded gap takes. */
const FOLD = 0.05;
/** Folded gaps take no more than this of the axis together. */
const FOLDS = 0.5;
const TICKS = 5;
/** Part of the axis that the text of a tick needs. */
const TICK_ROOM = 0.09;

/** An axis to scale from the first moment to the last, in which idle time is folded unless it is opened. */
export function timeScale(from: number, to: number, gaps: readonly Gap[], opened: ReadonlySet<string>): TimeScale {
  const folded = gaps.filter(({ id }) => !opened.has(id));
  const fold = Math.min(FOLD, FOLDS / Math.max(1, folded.length));
  const end = Math.max(to, from + 1);
  const drawnMs = Math.max(1, end - from - folded.reduce((sum, gap) => sum + gap.to - gap.from, 0));
  const room = 1 - fold * folded.length;
  const stretches: Stretch[] = [];
  let [time, place] = [from, 0];
  const add = (until: number, width: number, gap: Gap | null) => {
    if (until <= time) return;
    stretches.push({ from: time, to: until, start: place, end: place + width, folded: gap });
    [time, place] = [until, place + width];
  };
  for (const gap of folded) {
    add(gap.from, (room * Math.max(0, gap.from - time)) / drawnMs, null);
    add(gap.to, fold, gap);
  }
  add(end, 1 - place, null);
  const at = (moment: number) => placeIn(stretches, moment);
  return { stretches, at, ticks: ticksOf(stretches, at) };
}

function placeIn(stretches: readonly Stretch[], moment: number): number {
  const stretch = stretches.find(({ to }) => moment <= to) ?? stretches.at(-1);
  if (stretch === undefined) return 0;
  const part = (moment - stretch.from) / (stretch.to - stretch.from);
  return stretch.start + (stretch.end - stretch.start) * Math.min(1, Math.max(0, part));
}

/** Whole steps of 1, 2 or 5 times a power of ten, counted from the first moment, outside of folds and with room for their text. */
function ticksOf(stretches: readonly Stretch[], at: (time: number) => number): Tick[] {
  const drawn = stretches.filter(({ folded }) => folded === null);
  const first = stretches[0]?.from ?? 0;
  const step = niceStep(drawn.reduce((sum, { from, to }) => sum + to - from, 0) / TICKS);
  const ticks: Tick[] = [];
  for (const { from, to } of drawn) {
    for (let time = first + Math.ceil((from - first) / step) * step; time <= to; time += step) {
      const place = at(time);
      if (place - (ticks.at(-1)?.place ?? -1) >= TICK_ROOM) ticks.push({ time, place, text: tickText(time - first, step) });
    }
  }
  return ticks;
}

function tickText(ms: number, step: number): string {
  if (ms < 1000) return `${ms} ms`;
  const digits = Math.max(0, 3 - Math.floor(Math.log10(step)));
  return ms < 60_000 ? `${(ms / 1000).toFixed(Math.min(3, digits))} s` : durationText(ms);
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, rough)));
  const times = [1, 2, 5, 10].find((factor) => power * factor >= rough) ?? 10;
  return Math.max(1, power * times);
}
