import { EventLogError } from '../event-log-error.ts';
import type { Report } from '../../telemetry/report.ts';
import type { Partition } from './blocked-partitions.ts';

/** Transactions normally end sooner; a broker aborts those that were left open after 15 minutes at most. */
const HELD_LIMIT_MS = 10_000;

export interface HeldPartitions {
  /** Called after each fetch that brought nothing because a transaction is open; it begins at offset `from`. */
  held(which: Partition, from: string): void;
  /** Called after each fetch that brought something. */
  moved(which: Partition): void;
  /** The error of a partition that has been held for too long; undefined if there is none. */
  failure(): EventLogError | undefined;
  /** Called when the partitions may have other owners. */
  forget(): void;
}

interface Hold {
  readonly from: string;
  /** Milliseconds of `performance.now()`. */
  readonly since: number;
  failure?: EventLogError;
}

/** Partitions in which messages wait behind another program's transaction that does not end: lag and offsets do not show it. */
export function heldPartitions(report: Report, limitMs = HELD_LIMIT_MS): HeldPartitions {
  const holds = new Map<string, Hold>();
  const keyOf = ({ topic, partition }: Partition): string => `${topic}/${partition}`;

  return {
    held(which, from) {
      const known = holds.get(keyOf(which));
      if (known?.from !== from) {
        holds.set(keyOf(which), { from, since: performance.now(), ...(known?.failure && { failure: known.failure }) });
      } else if (known.failure === undefined && performance.now() - known.since > limitMs) {
        known.failure = new EventLogError('open-transaction', sentence(which, from));
        report(known.failure, 'messages wait behind an open transaction', { ...which, offset: from });
      }
    },
    moved(which) {
      const known = holds.get(keyOf(which));
      if (known === undefined) return;
      holds.delete(keyOf(which));
      if (known.failure !== undefined) report('the transaction has ended, or another one is open', 'messages come again', { ...which });
    },
    failure: () => [...holds.values()].find(({ failure }) => failure !== undefined)?.failure,
    forget: () => holds.clear(),
  };
}

function sentence({ topic, partition }: Partition, from: string): string {
  return (
    `${topic}, partition ${partition}: a transaction of another program is open at offset ${from}, and nothing behind it comes before it ends. ` +
    `End that program, or its transaction: kafka-transactions.sh abort --topic ${topic} --partition ${partition} --start-offset ${from} ` +
    '(docs/operations.md, "Messages wait behind an open transaction")'
  );
}
