import { EventLogError } from '../event-log.ts';
import type { UnreadableBatch } from './kafkajs/wire/record-batch.ts';
import type { Report } from '../../telemetry/report.ts';

/** A parked partition is tried again after this time: its batch may have been deleted meanwhile. */
const LOOK_AGAIN_MS = 15_000;
/** More answers than this without data of a partition that is tried again: its batch is gone and nothing follows it. Idle: 5 s. */
const ANSWERS_WITHOUT = 25;

interface BrokerPartition {
  /** Its name on the broker. */
  readonly topic: string;
  readonly partition: number;
}

interface ParkedPartitionsDeps {
  /** Its name on the broker. */
  readonly group: string;
  setFetching(which: BrokerPartition, wanted: boolean): void;
  readonly report: Report;
  readonly lookAgainMs?: number;
}

interface ParkedPartitions {
  /** The partition's worker wants to fetch or to pause; nothing is fetched while the partition is parked. */
  wants(which: BrokerPartition, wanted: boolean): void;
  /** Called after each fetch of a partition that is ours; `unreadable` is the next batch if it cannot be read. */
  seen(which: BrokerPartition, unreadable: UnreadableBatch | undefined): void;
  /** Called after each fetch of the member, also one that brought nothing. */
  fetched(): void;
  /** The error of a parked partition; undefined if none is parked. */
  failure(): EventLogError | undefined;
  /** Called when the partitions may have other owners. */
  forget(): void;
}

interface State {
  wanted: boolean;
  readonly which: BrokerPartition;
  failure?: EventLogError;
  timer?: ReturnType<typeof setTimeout>;
  /** Answers since the partition is tried again. */
  answers: number;
}

/**
 * Partitions whose next batch cannot be read. Each stays parked, and all others go on, until an operator passes over the batch:
 * skipping a batch automatically might lose what others count on, and a reader that ends stops everything.
 */
export function parkedPartitions({ group, setFetching, report, lookAgainMs = LOOK_AGAIN_MS }: ParkedPartitionsDeps): ParkedPartitions {
  const states = new Map<string, State>();
  /** By partition, the first offset of the unreadable batch last reported; kept over a rebalance, so that each is reported once. */
  const told = new Map<string, string>();

  function stateOf(which: BrokerPartition): State {
    const key = `${which.topic}/${which.partition}`;
    const state = states.get(key) ?? { which, wanted: true, answers: 0 };
    states.set(key, state);
    return state;
  }

  function park(state: State, batch: UnreadableBatch): void {
    const { which } = state;
    setFetching(which, false);
    clearTimeout(state.timer);
    state.timer = setTimeout(() => {
      delete state.timer;
      state.answers = 0;
      if (state.wanted) setFetching(which, true);
    }, lookAgainMs);
    state.failure = new EventLogError('unreadable-batch', parkedSentence(which, batch, group));
    const key = `${which.topic}/${which.partition}`;
    if (told.get(key) === batch.from) return;
    told.set(key, batch.from);
    report(state.failure, 'a partition is parked: its next batch cannot be read', { ...which, offset: batch.from });
  }

  function release({ which, ...state }: State): void {
    clearTimeout(state.timer);
    states.set(`${which.topic}/${which.partition}`, { which, wanted: state.wanted, answers: 0 });
    told.delete(`${which.topic}/${which.partition}`);
    if (!state.wanted) setFetching(which, false);
    report('its next batch was read, or is gone', 'a parked partition goes on', { ...which });
  }

  return {
    wants(which, wanted) {
      const state = stateOf(which);
      state.wanted = wanted;
      if (state.timer === undefined) setFetching(which, wanted);
    },
    seen(which, unreadable) {
      if (unreadable !== undefined) park(stateOf(which), unreadable);
      else if (stateOf(which).failure !== undefined) release(stateOf(which));
    },
    fetched() {
      for (const state of states.values()) {
        if (state.failure === undefined || state.timer !== undefined || !state.wanted) continue;
        state.answers += 1;
        if (state.answers > ANSWERS_WITHOUT) release(state);
      }
    },
    failure: () => [...states.values()].find(({ failure }) => failure !== undefined)?.failure,
    forget() {
      for (const { timer } of states.values()) clearTimeout(timer);
      states.clear();
    },
  };
}

function parkedSentence({ topic, partition }: BrokerPartition, { from, to, cause }: UnreadableBatch, group: string): string {
  const past = BigInt(to) + 1n;
  return (
    `${topic}, partition ${partition}, offsets ${from} to ${to}: ${cause}. Nothing of this partition is handled until a version that can ` +
    `read it runs, or it is passed over: stop all processes of this service and run kafka-consumer-groups.sh --group ${group} ` +
    `--topic ${topic}:${partition} --reset-offsets --to-offset ${past} --execute (docs/operations.md, "A partition is parked")`
  );
}

/** Transactions normally end sooner; a broker aborts those that were left open after 15 minutes at most. */
const HELD_LIMIT_MS = 10_000;

interface HeldPartitions {
  /** Called after each fetch that brought nothing because a transaction is open; it begins at offset `from`. */
  held(which: BrokerPartition, from: string): void;
  /** Called after each fetch that brought something. */
  moved(which: BrokerPartition): void;
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
  const keyOf = ({ topic, partition }: BrokerPartition): string => `${topic}/${partition}`;

  return {
    held(which, from) {
      const known = holds.get(keyOf(which));
      if (known?.from !== from) {
        holds.set(keyOf(which), { from, since: performance.now(), ...(known?.failure && { failure: known.failure }) });
      } else if (known.failure === undefined && performance.now() - known.since > limitMs) {
        known.failure = new EventLogError('open-transaction', heldSentence(which, from));
        report(known.failure, 'messages wait behind an open transaction', { ...which, offset: from });
      }
    },
    moved(which) {
      const known = holds.get(keyOf(which));
      if (known === undefined) return;
      holds.delete(keyOf(which));
      if (known.failure !== undefined) report('the transaction has ended, or another one is open', 'messages arrive again', { ...which });
    },
    failure: () => [...holds.values()].find(({ failure }) => failure !== undefined)?.failure,
    forget: () => holds.clear(),
  };
}

function heldSentence({ topic, partition }: BrokerPartition, from: string): string {
  return (
    `${topic}, partition ${partition}: a transaction of another program is open at offset ${from}, and nothing behind it arrives before it ends. ` +
    `End that program, or its transaction: kafka-transactions.sh abort --topic ${topic} --partition ${partition} --start-offset ${from} ` +
    '(docs/operations.md, "Messages wait behind an open transaction")'
  );
}
