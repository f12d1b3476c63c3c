import { CALL_LEASE_MS, chargeKey, type GatewayMessage, type GatewayTask, refundKey } from '../domain/gateway-call.ts';
import { callGateway } from './call-gateway.ts';
import { callSlots } from './call-slots.ts';
import type { Gateway } from './gateway.ts';
import { within } from './within.ts';

export interface TaskRunnerOptions {
  readonly gateway: Gateway;
  /** Time-out of a call in milliseconds; at most half of the lease. */
  readonly callLimitMs: number;
  /** Maximum number of concurrent calls. */
  readonly concurrency: number;
  /** Records the result of the call. */
  readonly answered: (task: GatewayTask, message: GatewayMessage) => Promise<void>;
  readonly measured: (kind: GatewayTask['kind'], message: GatewayMessage['on'], ms: number) => void;
  readonly callFailed: (error: unknown, task: GatewayTask) => void;
}

export interface TaskRunner {
  run(task: GatewayTask): Promise<void>;
  /** Number of tasks that could start at once. */
  room(): number;
  /** Running calls end by themselves; waiting tasks are left to their rows. */
  stop(): void;
}

/**
 * Makes the calls that decisions asked for. A task that is not run (too long in the queue, the same charge or refund has a
 * call running, the service stops) is dropped: its row is due later and is asked about then.
 */
export function createTaskRunner(options: TaskRunnerOptions): TaskRunner {
  const slots = callSlots(options.concurrency, CALL_LEASE_MS / 2);
  const out = new Set<string>();

  async function called(task: GatewayTask): Promise<GatewayMessage> {
    const startedAt = performance.now();
    const message = await within(options.callLimitMs, (signal) => callGateway(options.gateway, task, signal)).catch(
      (error: unknown): GatewayMessage => {
        options.callFailed(error, task);
        return { on: 'gateway.unknown' };
      },
    );
    const tookMs = performance.now() - startedAt;
    options.measured(task.kind, message.on, tookMs);
    return message.on === 'gateway.succeeded' || message.on === 'gateway.declined' ? { ...message, tookMs } : message;
  }

  async function inTurn(task: GatewayTask): Promise<GatewayMessage | undefined> {
    if (!(await slots.take())) return undefined;
    try {
      return await called(task);
    } finally {
      slots.release();
    }
  }

  return {
    async run(task) {
      const key = keyOf(task);
      if (out.has(key)) return;
      out.add(key);
      // The key is freed before the answer is recorded, because recording may ask for the next call about the same thing.
      const message = await inTurn(task).finally(() => out.delete(key));
      if (message !== undefined) await options.answered(task, message);
    },
    room: () => slots.free(),
    stop: () => slots.close(),
  };
}

function keyOf(task: GatewayTask): string {
  return task.kind === 'charge' || task.kind === 'ask-charge' ? chargeKey(task.paymentId) : refundKey(task.refundId);
}
