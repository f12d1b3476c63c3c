import type { Assigner } from 'kafkajs';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import RequestQueue, { type SocketRequest } from 'kafkajs/src/network/requestQueue/index.js';

/**
 * Corrections of kafkajs 2.2.4, made once per process when this file is imported. They are here and not in a patch
 * of the package so that images and fresh clones need nothing but the registry; tests fail when one no longer applies.
 */

/** An assigner with hooks to its member that kafkajs itself does not have. */
export interface PoliteAssigner extends Assigner {
  /** Called before the member joins (again): partitions may have another owner afterwards. */
  beforeJoin(): Promise<void>;
  /** Called before each fetch: milliseconds for which the broker may hold it until there is a message. */
  fetchWaitMs(): number;
  /** Fires when nothing is to be fetched any more, so that an ending member does not wait for the broker. */
  readonly ending: AbortSignal;
}

/** Milliseconds between two fetches of a busy member. */
const FETCH_PACE_MS = 25;

/** Milliseconds between a request's time-out and the check for it, so that the time-out has passed for certain. */
const LOOK_AFTER_MS = 20;

const isPolite = (assigner: Assigner): assigner is PoliteAssigner => 'beforeJoin' in assigner;

// kafkajs joins again as soon as it hears of a rebalance; a member that still handles messages would share the partition with
// its next owner. When joining fails (a coordinator that has just started refuses), kafkajs goes on fetching as the old member,
// which the group may still know, and nobody handles what it fetches. `fetch` sends it back to join.
const { joinAndSync, recoverFromFetch } = ConsumerGroup.prototype;
const outside = new WeakSet<ConsumerGroup>();
ConsumerGroup.prototype.joinAndSync = async function (this: ConsumerGroup): Promise<void> {
  for (const assigner of this.assigners) if (isPolite(assigner)) await assigner.beforeJoin();
  try {
    await joinAndSync.call(this);
    outside.delete(this);
  } catch (error) {
    outside.add(this);
    throw error;
  }
};

// A broker that closes its connection is struck off the list; with none left kafkajs gives up, and loses the member's identity.
// This waits until the list can be fetched again.
ConsumerGroup.prototype.recoverFromFetch = async function (this: ConsumerGroup, error: unknown): Promise<void> {
  await recoverFromFetch.call(this, error);
  if (this.getNodeIds().length === 0) await this.cluster.refreshMetadata();
};

// A fetch answers as soon as there is one message, and names every partition of the group: at a few hundred messages a
// second that would be as many answers of one message each. A member that has just fetched waits for more to gather.
const { fetch } = ConsumerGroup.prototype;
const fetchedAt = new WeakMap<ConsumerGroup, Map<string, number>>();
ConsumerGroup.prototype.fetch = async function (this: ConsumerGroup, nodeId: string): Promise<unknown> {
  if (outside.has(this)) throw Object.assign(new Error('joining the group has failed'), { type: 'REBALANCE_IN_PROGRESS' });
  const times = fetchedAt.get(this) ?? new Map<string, number>();
  fetchedAt.set(this, times);
  const early = (times.get(nodeId) ?? -Infinity) + FETCH_PACE_MS - performance.now();
  if (early > 0) await Bun.sleep(early);
  times.set(nodeId, performance.now());
  const polite = this.assigners.find(isPolite);
  if (polite === undefined) return fetch.call(this, nodeId);
  this.maxWaitTime = polite.fetchWaitMs();
  return unlessEnding(polite.ending, fetch.call(this, nodeId));
};

async function unlessEnding(ending: AbortSignal, fetching: Promise<unknown>): Promise<unknown> {
  const nothing = Promise.withResolvers<readonly never[]>();
  const end = (): void => nothing.resolve([]);
  ending.addEventListener('abort', end);
  try {
    return await Promise.race([fetching, nothing.promise]);
  } finally {
    ending.removeEventListener('abort', end);
  }
}

// kafkajs checks all requests of each connection ten times a second, even if none is in flight. This checks when the first of
// them has timed out.
const { sendSocketRequest, destroy } = RequestQueue.prototype;
const looksAt = new WeakMap<RequestQueue, number>();

function lookInTime(queue: RequestQueue): void {
  if (!queue.enforceRequestTimeout || queue.inflight.size === 0) return;
  const due = Math.min(...[...queue.inflight.values()].map(({ sentAt, requestTimeout }) => (sentAt ?? Date.now()) + requestTimeout));
  if ((looksAt.get(queue) ?? Infinity) <= due) return;
  clearTimeout(queue.requestTimeoutIntervalId);
  looksAt.set(queue, due);
  queue.requestTimeoutIntervalId = setTimeout(() => {
    looksAt.delete(queue);
    for (const request of queue.inflight.values()) if (Date.now() - (request.sentAt ?? Infinity) > request.requestTimeout) request.timeoutRequest();
    if (queue.isConnected()) lookInTime(queue);
  }, due - Date.now() + LOOK_AFTER_MS);
}

RequestQueue.prototype.scheduleRequestTimeoutCheck = function (this: RequestQueue): void {
  this.destroy();
  lookInTime(this);
};
RequestQueue.prototype.sendSocketRequest = function (this: RequestQueue, request: SocketRequest): void {
  sendSocketRequest.call(this, request);
  lookInTime(this);
};
RequestQueue.prototype.destroy = function (this: RequestQueue): void {
  looksAt.delete(this);
  destroy.call(this);
};

// Without a throttle kafkajs arms a timer with a negative delay, which runs at once and arms the next: 800 a second per
// connection. Requests that wait for a free slot are checked when an answer comes.
const { scheduleCheckPendingRequests } = RequestQueue.prototype;
RequestQueue.prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
  if (this.pending.length > 0 || this.throttledUntil > Date.now()) scheduleCheckPendingRequests.call(this);
};
