/** The inner modules that `kafkajs-corrections.ts` corrects; kafkajs has no types for them. */

declare module 'kafkajs/src/network/requestQueue/index.js' {
  class RequestQueue {
    pending: readonly unknown[];
    throttledUntil: number;
    scheduleCheckPendingRequests(): void;
  }
  export default RequestQueue;
}

declare module 'kafkajs/src/consumer/consumerGroup.js' {
  import type { Assigner, Cluster } from 'kafkajs';

  class ConsumerGroup {
    assigners: readonly Assigner[];
    cluster: Cluster;
    joinAndSync(): Promise<void>;
    recoverFromFetch(error: unknown): Promise<void>;
    getNodeIds(): readonly string[];
    fetch(nodeId: string): Promise<unknown>;
  }
  export default ConsumerGroup;
}
