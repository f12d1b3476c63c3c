import { CALL_LEASE_MS } from '../domain/gateway-timing.ts';
import { chargeKey, type GatewayTask, refundKey } from '../domain/gateway-task.ts';
import type { GatewayMessage } from '../domain/payment-message.ts';
import { callGateway } from './call-gateway.ts';
import { callSlots } from './call-slots.ts';
import type { Gateway } from './gateway.ts';
import { within } from './within.ts';

export interface TaskRunnerOptions {
  readonly gateway: Gateway;
  /** Milliseconds a call may take; half of the lease at most. */
  readonly callLimitMs: number;
  /** Calls at a time. */
  readonly concurrency: number;
  /** What came of the call, to be recorded. */
  readonly answered: (task: GatewayTask, message: GatewayMessage) => Promise<void>;
  readonly measured: (kind: GatewayTask['kind'], message: GatewayMessage['on'], ms: number) => void;
  readonly callFailed: (error: unknown, task: GatewayTask) => void;
}

export interface TaskRunner {
  run(task: GatewayTask): Promise<void>;
  /** Tasks that would be called at once. */
  room(): number;
  /** Calls that are out end by themselves; what waits is left to the rows. */
  stop(): void;
}

/**
 * Makes the calls that decisions asked for. A task that is not run (too long in line, the same charge or refund is out
 * already, the service stops) is simply dropped: its row is due later and is asked about then.
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
      // Free again before the answer is recorded, because recording it may ask for the next call about the same thing.
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
