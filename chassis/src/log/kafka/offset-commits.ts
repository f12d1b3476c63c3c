import type { Offsets } from 'kafkajs';
import { faultSource, type Report } from '../../telemetry/report.ts';

/** Milliseconds in which offsets gather before they are stored; after a crash their messages come again. */
const GATHER_MS = 1000;
const AFTER_FAILURE_MS = 1000;

export interface OffsetCommits {
  /** `next`: the first offset that is not handled. */
  moved(topic: string, partition: number, next: bigint): void;
  /** Stores the moved offsets. Never rejects: offsets that could not be stored are kept for the next time. */
  flush(): Promise<void>;
  /** Called when the partitions may have other owners: earlier moves must not be stored any more. */
  forget(): void;
}

/** Stores offsets in batches, a little later, with one request in flight. */
export function offsetCommits(
  commit: (offsets: Offsets) => Promise<void>,
  report: Report,
): OffsetCommits {
  let moves = new Map<string, { topic: string; partition: number; next: bigint }>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  let storing: Promise<void> | null = null;
  let failing = false;
  const faults = faultSource(report, 'offsets');

  async function store(): Promise<void> {
    const taken = moves;
    moves = new Map();
    try {
      await commit(offsetsOf([...taken.values()]));
      failing = false;
      faults.worked();
    } catch (error) {
      faults.failed(error, 'offsets could not be stored; trying again');
      failing = true;
      for (const [key, move] of taken) if (!moves.has(key)) moves.set(key, move);
    } finally {
      storing = null;
      if (moves.size > 0) schedule(failing ? AFTER_FAILURE_MS : GATHER_MS);
    }
  }

  function schedule(ms: number): void {
    if (timer !== null || storing !== null) return;
    timer = setTimeout(() => {
      timer = null;
      storing = store();
    }, ms);
  }

  function cancel(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  }

  return {
    moved: (topic, partition, next) => {
      moves.set(`${topic}/${partition}`, { topic, partition, next });
      schedule(GATHER_MS);
    },
    flush: async () => {
      await storing;
      cancel();
      if (moves.size > 0) await (storing = store());
    },
    forget: () => {
      cancel();
      moves = new Map();
    },
  };
}

function offsetsOf(moves: readonly { topic: string; partition: number; next: bigint }[]): Offsets {
  const topics = [...Map.groupBy(moves, ({ topic }) => topic)].map(([topic, ofTopic]) => ({
    topic,
    partitions: ofTopic.map(({ partition, next }) => ({ partition, offset: String(next) })),
  }));
  return { topics };
}
