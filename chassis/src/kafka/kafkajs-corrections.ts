import type { Assigner } from 'kafkajs';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

/**
 * Corrections of kafkajs 2.2.4, made once per process when this file is imported. They are here and not in a patch
 * of the package so that images and fresh clones need nothing but the registry; tests fail when one no longer applies.
 */

/** An assigner that is asked before its member joins (again): partitions may have another owner afterwards. */
export interface PoliteAssigner extends Assigner {
  beforeJoin(): Promise<void>;
}

/** Milliseconds between two fetches of a busy member. */
const FETCH_PACE_MS = 25;

const isPolite = (assigner: Assigner): assigner is PoliteAssigner => 'beforeJoin' in assigner;

// kafkajs joins again as soon as it hears of a rebalance; who still handles messages would share the partition with its
// next owner. When joining fails (a coordinator that has just started refuses) it goes on fetching as the member it was,
// and the group may know it still: what it fetches is for nobody then. `fetch` sends it back to join.
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

// A broker that closes its connection is struck off the list; without any left kafkajs gives up, and the member's identity
// with it. This waits until the list can be fetched again.
ConsumerGroup.prototype.recoverFromFetch = async function (this: ConsumerGroup, error: unknown): Promise<void> {
  await recoverFromFetch.call(this, error);
  if (this.getNodeIds().length === 0) await this.cluster.refreshMetadata();
};

// A fetch answers as soon as there is one message, and names every partition of the group: at a few hundred messages a
// second that would be as many answers of one message each. Who has fetched just now waits for more to come together.
const { fetch } = ConsumerGroup.prototype;
const fetchedAt = new WeakMap<ConsumerGroup, Map<string, number>>();
ConsumerGroup.prototype.fetch = async function (this: ConsumerGroup, nodeId: string): Promise<unknown> {
  if (outside.has(this)) throw Object.assign(new Error('joining the group has failed'), { type: 'REBALANCE_IN_PROGRESS' });
  const times = fetchedAt.get(this) ?? new Map<string, number>();
  fetchedAt.set(this, times);
  const early = (times.get(nodeId) ?? -Infinity) + FETCH_PACE_MS - performance.now();
  if (early > 0) await Bun.sleep(early);
  times.set(nodeId, performance.now());
  return fetch.call(this, nodeId);
};

// Without a throttle kafkajs arms a timer with a negative delay, which runs at once and arms the next: 800 a second and
// connection. Requests that wait for a free place are looked at when an answer comes.
const { scheduleCheckPendingRequests } = RequestQueue.prototype;
RequestQueue.prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
  if (this.pending.length > 0 || this.throttledUntil > Date.now()) scheduleCheckPendingRequests.call(this);
};
