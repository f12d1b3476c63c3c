import type { CommittedEvent } from '@souk/contracts/http/ops';

/** When an entry was committed and when it was on the screen, epoch milliseconds. */
export interface Painted {
  readonly id: string;
  readonly committedAt: number;
  readonly paintedAt: number;
}

declare global {
  /** Filled only when the page was opened with `?measure=1`; the last 2,000. */
  var soukPainted: Painted[] | undefined;
}

const LIMIT = 2000;

/** Measurements begin with the page, because the parameter is in no place and is gone with the next. */
export const isMeasuring = new URLSearchParams(globalThis.location?.search ?? '').get('measure') === '1';
if (isMeasuring) globalThis.soukPainted = [];

/** Records entries that the current frame shows. A task that is posted in a frame runs once the frame has been painted. */
export function afterPaint(entries: readonly CommittedEvent[]): void {
  const kept = globalThis.soukPainted;
  if (!isMeasuring || kept === undefined || entries.length === 0) return;
  const { port1, port2 } = new MessageChannel();
  port1.addEventListener('message', () => {
    const paintedAt = performance.timeOrigin + performance.now();
    for (const { id, at } of entries) kept.push({ id, committedAt: Date.parse(at), paintedAt });
    kept.splice(0, kept.length - LIMIT);
    port1.close();
  });
  port1.start();
  port2.postMessage(null);
}
