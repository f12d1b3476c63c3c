/** The inner modules that `corrections.ts` and `codec.ts` change; kafkajs has no types for them. */

declare module 'kafkajs/src/network/requestQueue/index.js' {
  export interface SocketRequest {
    /** epoch milliseconds; null: it still waits */
    readonly sentAt: number | null;
    readonly requestTimeout: number;
    timeoutRequest(): void;
  }

  class RequestQueue {
    pending: readonly unknown[];
    throttledUntil: number;
    scheduleCheckPendingRequests(): void;
    readonly inflight: ReadonlyMap<number, SocketRequest>;
    readonly enforceRequestTimeout: boolean;
    requestTimeoutIntervalId: ReturnType<typeof setTimeout> | undefined;
    readonly isConnected: () => boolean;
    scheduleRequestTimeoutCheck(): void;
    sendSocketRequest(request: SocketRequest): void;
    destroy(): void;
  }
  export default RequestQueue;
}

declare module 'kafkajs/src/consumer/consumerGroup.js' {
  import type { Assigner, Cluster } from 'kafkajs';

  class ConsumerGroup {
    assigners: readonly Assigner[];
    cluster: Cluster;
    maxWaitTime: number;
    joinAndSync(): Promise<void>;
    recoverFromFetch(error: unknown): Promise<void>;
    getNodeIds(): readonly string[];
    fetch(nodeId: string): Promise<unknown>;
  }
  export default ConsumerGroup;
}

declare module 'kafkajs/src/broker/index.js' {
  export interface Encoded {
    readonly buf: Buffer;
    readonly buffer: Buffer;
  }

  /** A request in the version that both sides know, and the decoder of its answer. */
  export interface Exchange {
    readonly request: { readonly apiVersion: number; encode(): Promise<Encoded> };
    readonly response: { decode(bytes: Buffer): Promise<unknown> };
  }

  class Broker {
    lookupRequest(apiKey: number, definition: unknown): (args: unknown) => Exchange;
    produce(asked: unknown): Promise<unknown>;
    fetch(asked: unknown): Promise<unknown>;
  }
  export default Broker;
}

declare module 'kafkajs/src/protocol/recordBatch/crc32C/crc32C.js' {
  /** CRC-32C, as a non-negative number. */
  export default function crc32C(bytes: Buffer): number;
}

declare module 'kafkajs/src/protocol/decoder.js' {
  export default class Decoder {
    constructor(bytes: Buffer);
    readInt8(): number;
  }
}

declare module 'kafkajs/src/protocol/recordBatch/v0/decoder.js' {
  import type Decoder from 'kafkajs/src/protocol/decoder.js';
  export default function recordBatchOf(decoder: Decoder): Promise<unknown>;
}

declare module 'kafkajs/src/protocol/requests/produce/v7/request.js' {
  import type { Exchange } from 'kafkajs/src/broker/index.js';
  export default function produceRequestV7(asked: unknown): Exchange['request'];
}

declare module 'kafkajs/src/protocol/requests/fetch/v11/request.js' {
  import type { Exchange } from 'kafkajs/src/broker/index.js';
  export default function fetchRequestV11(asked: unknown): Exchange['request'];
}

declare module 'kafkajs/src/protocol/requests/fetch/v11/response.js' {
  import type { Exchange } from 'kafkajs/src/broker/index.js';
  const fetchResponseV11: Exchange['response'];
  export default fetchResponseV11;
}
