import type { HandlerFailure, ReceivedMessage, Subscriber, Subscription } from '../event-log.ts';
import { ownerOf, type Partition } from '../partitions.ts';
import type { Reader, Tail } from './tail.ts';

/** The members of one consumer group, and its positions, which remain when members leave. */
export interface Group {
  join(partitions: readonly Partition[], subscriber: Subscriber): Subscription;
}

export function createGroup(createPositionOf: (partition: Partition) => GroupPosition): Group {
  const members = new Set<Member>();
  const positions = new Map<Partition, GroupPosition>();

  function rebalance(): void {
    for (const [partition, position] of positions) position.assign(ownerOf(partition, members));
  }

  async function leave(member: Member): Promise<void> {
    members.delete(member);
    const released = [...positions.values()].map((position) => position.released(member));
    rebalance();
    await Promise.all(released);
  }

  return {
    join: (partitions, subscriber) => {
      const member: Member = { topics: new Set(partitions.map((partition) => partition.topic)), subscriber };
      members.add(member);
      for (const partition of partitions) {
        if (!positions.has(partition)) positions.set(partition, createPositionOf(partition));
      }
      rebalance();
      let left: Promise<void> | null = null;
      return { close: () => (left ??= leave(member)) };
    },
  };
}

interface Member {
  readonly topics: ReadonlySet<string>;
  readonly subscriber: Subscriber;
}

/** A group's position in one partition: makes one handler call at a time, and is handed from member to member. */
interface GroupPosition {
  assign(next: Member | null): void;
  /** Resolves when `member` has no call running here, or its call has reached the time limit. */
  released(member: Member): Promise<void>;
}

interface GroupPositionDeps {
  readonly group: string;
  readonly partition: Partition;
  readonly tail: Tail;
  readonly handlerLimitMs: number;
  readonly start: number;
  readonly moved: (nextId: number) => void;
  readonly failed: (failure: HandlerFailure) => void;
}

interface Call {
  readonly member: Member;
  readonly over: PromiseWithResolvers<void>;
  limit: ReturnType<typeof setTimeout> | null;
}

const BACK_OFF_MS = 50;
const BACK_OFF_LIMIT_MS = 2000;

export function createGroupPosition(deps: GroupPositionDeps): GroupPosition {
  const { tail, handlerLimitMs } = deps;
  let position = deps.start;
  let owner: Member | null = null;
  let wanted: Member | null = null;
  let controller = new AbortController();
  let call: Call | null = null;
  let failures = 0;
  let backOff: ReturnType<typeof setTimeout> | null = null;
  const reader: Reader = { position: () => position, wake };

  function wake(): void {
    if (owner === null || call !== null || backOff !== null || position >= tail.end()) return;
    call = { member: owner, over: Promise.withResolvers(), limit: null };
    void run(call, controller.signal);
  }

  /** Never rejects: an error of the handler or of the file becomes an outcome of the call. */
  async function run(running: Call, signal: AbortSignal): Promise<void> {
    let messages: readonly ReceivedMessage[] = [];
    let failure: { readonly error: unknown } | null = null;
    try {
      messages = tail.read(position);
      await running.member.subscriber.handle(messages, signal);
    } catch (error) {
      failure = { error };
    }
    // The call was given up at its time limit. The partition may have another owner by now, so a late outcome is ignored.
    if (call !== running) return;
    if (failure === null) succeeded(messages);
    else if (!signal.aborted) rejected(failure.error);
    end(running);
  }

  function succeeded(messages: readonly ReceivedMessage[]): void {
    failures = 0;
    position = Number(messages.at(-1)?.offset) + 1;
    deps.moved(position);
    tail.trim();
  }

  function rejected(error: unknown): void {
    failures += 1;
    const { group, partition } = deps;
    const { topic, number } = partition;
    deps.failed({ group, topic, partition: number, offset: String(position), attempt: failures, error });
    backOff = setTimeout(() => {
      backOff = null;
      wake();
    }, Math.min(BACK_OFF_LIMIT_MS, BACK_OFF_MS * 2 ** (failures - 1)));
  }

  function end(running: Call): void {
    if (running.limit !== null) clearTimeout(running.limit);
    call = null;
    running.over.resolve();
    if (controller.signal.aborted) handOver();
    // Through the event loop, so that a long backlog starves neither timers nor other partitions.
    else if (position < tail.end()) setImmediate(wake);
  }

  function handOver(): void {
    owner = wanted;
    controller = new AbortController();
    if (backOff !== null) clearTimeout(backOff);
    backOff = null;
    if (owner === null) tail.leave(reader);
    else tail.join(reader);
    setImmediate(wake);
  }

  function assign(next: Member | null): void {
    if (next === wanted) return;
    wanted = next;
    controller.abort();
    if (call === null) handOver();
    else {
      const running = call;
      running.limit ??= setTimeout(() => end(running), handlerLimitMs);
    }
  }

  return {
    assign,
    released: (member) => (call?.member === member ? call.over.promise : Promise.resolve()),
  };
}
