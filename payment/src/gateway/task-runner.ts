import type { Engine } from '@souk/chassis/engine/engine';
import { WriterClosedError } from '@souk/chassis/input-errors';
import type { Metrics } from '@souk/chassis/telemetry/metrics';
import { CALL_LEASE_MS, CHARGE_NOT_CAPTURED, chargeKey, type GatewayMessage, type GatewayTask, refundKey } from '../domain/gateway-call.ts';
import type { PaymentCollections } from '../storage/payment-store.ts';
import { advanceCharge, advanceRefund } from '../usecases/advance-payment.ts';
import { callGateway, within } from './call-gateway.ts';
import type { Gateway } from './gateway.ts';

interface TaskRunnerOptions {
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

/** A limited number of slots for calls. A caller that finds none free waits in a queue, up to a time-out. */
interface CallSlots {
  /** True: the slot is yours until you release it. False: the wait timed out, or the slots were closed. */
  take(): Promise<boolean>;
  release(): void;
  /** Number of slots that are neither taken nor waited for. */
  free(): number;
  /** Turns away all waiting and all later callers. */
  close(): void;
}

interface Waiter {
  readonly until: number;
  resolve(taken: boolean): void;
}

/**
 * Times out waiting callers (by the clock `now`, in milliseconds) only when a slot becomes free: that is soon, as calls
 * have a time-out. cockatiel's bulkhead would not do: even at a stop it turns waiting callers away only when a slot becomes free,
 * and a caller who comes just after a release overtakes the one whose turn it is.
 */
export function callSlots(limit: number, maxWaitMs: number, now: () => number = () => performance.now()): CallSlots {
  let taken = 0;
  let closed = false;
  /** In the order in which they came. */
  const waiters = new Set<Waiter>();

  function nextInTime(): Waiter | undefined {
    const at = now();
    for (const waiter of waiters) {
      waiters.delete(waiter);
      if (waiter.until >= at) return waiter;
      waiter.resolve(false);
    }
    return undefined;
  }

  return {
    async take() {
      if (closed) return false;
      if (taken < limit) {
        taken += 1;
        return true;
      }
      const { promise, resolve } = Promise.withResolvers<boolean>();
      waiters.add({ until: now() + maxWaitMs, resolve });
      return promise;
    },
    release() {
      const next = nextInTime();
      if (next === undefined) taken -= 1;
      else next.resolve(true);
    },
    free: () => (closed ? 0 : Math.max(0, limit - taken - waiters.size)),
    close() {
      closed = true;
      for (const waiter of waiters) waiter.resolve(false);
      waiters.clear();
    },
  };
}

interface RecordAnswerDeps {
  readonly submit: Engine<PaymentCollections, GatewayTask>['submit'];
  /** Reports an anomaly to a person: there is no message that could become a dead letter. */
  readonly anomaly: (cause: string, task: GatewayTask) => void;
  /** A refund was refused because the gateway has not taken the money yet; it is sent again. */
  readonly tooEarly: (task: GatewayTask) => void;
}

/** Submits the gateway's answer to the writer as an input. */
export function recordAnswer({ submit, anomaly, tooEarly }: RecordAnswerDeps) {
  return async (task: GatewayTask, message: GatewayMessage): Promise<void> => {
    if (task.kind === 'refund' && message.on === 'gateway.declined' && message.reason === CHARGE_NOT_CAPTURED) tooEarly(task);
    try {
      const cause = await ('refundId' in task
        ? submit(advanceRefund, { orderId: task.orderId, refundId: task.refundId, message })
        : submit(advanceCharge, { orderId: task.orderId, message }));
      if (cause !== null) anomaly(cause, task);
    } catch (error) {
      // The row becomes due again, so the gateway is asked again after the next start.
      if (!(error instanceof WriterClosedError)) throw error;
    }
  };
}

const BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const CALLS = ['charge', 'ask-charge', 'refund', 'ask-refund'] as const satisfies GatewayTask['kind'][];

export interface GatewayMeter {
  measured(kind: GatewayTask['kind'], message: GatewayMessage['on'], ms: number): void;
  anomaly(): void;
}

export function gatewayMeter(metrics: Metrics): GatewayMeter {
  const calls = metrics.histogram('payment_gateway_call_seconds', 'Calls to the gateway', BUCKETS, ['call', 'answer']);
  const anomalies = metrics.counter(
    'payment_gateway_anomalies_total',
    'Answers of the gateway that contradict its earlier ones',
  );
  for (const call of CALLS) calls.zero({ call, answer: 'gateway.unknown' });
  return {
    measured: (call, answer, ms) => calls.labels(call, answer).observe(ms / 1000),
    anomaly: () => anomalies.inc(),
  };
}
