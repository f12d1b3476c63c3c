import { EventLogError } from '../event-log-error.ts';
import type { Report } from '../../telemetry/report.ts';
import type { UnreadableBatch } from './kafkajs/wire/text-record.ts';

/** A parked partition is tried again after this time: its batch may have been deleted meanwhile. */
const LOOK_AGAIN_MS = 15_000;
/** More answers than this without data of a partition that is tried again: its batch is gone and nothing follows it. Idle: 5 s. */
const ANSWERS_WITHOUT = 25;

export interface Partition {
  /** Its name on the broker. */
  readonly topic: string;
  readonly partition: number;
}

export interface ParkedPartitionsDeps {
  /** Its name on the broker. */
  readonly group: string;
  setFetching(which: Partition, wanted: boolean): void;
  readonly report: Report;
  readonly lookAgainMs?: number;
}

export interface ParkedPartitions {
  /** The partition's worker wants to fetch or to pause; nothing is fetched while the partition is parked. */
  wants(which: Partition, wanted: boolean): void;
  /** Called after each fetch of a partition that is ours; `unreadable` is the next batch if it cannot be read. */
  seen(which: Partition, unreadable: UnreadableBatch | undefined): void;
  /** Called after each fetch of the member, also one that brought nothing. */
  fetched(): void;
  /** The error of a parked partition; undefined if none is parked. */
  failure(): EventLogError | undefined;
  /** Called when the partitions may have other owners. */
  forget(): void;
}

interface State {
  wanted: boolean;
  readonly which: Partition;
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

  function stateOf(which: Partition): State {
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
    state.failure = new EventLogError('unreadable-batch', sentence(which, batch, group));
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

function sentence({ topic, partition }: Partition, { from, to, cause }: UnreadableBatch, group: string): string {
  const past = BigInt(to) + 1n;
  return (
    `${topic}, partition ${partition}, offsets ${from} to ${to}: ${cause}. Nothing of this partition is handled until a version that can ` +
    `read it runs, or it is passed over: stop all processes of this service and run kafka-consumer-groups.sh --group ${group} ` +
    `--topic ${topic}:${partition} --reset-offsets --to-offset ${past} --execute (docs/operations.md, "A partition is parked")`
  );
}
