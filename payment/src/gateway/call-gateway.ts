import { withTimeout } from '@souk/chassis/timeouts';
import { CHARGE_NOT_CAPTURED, chargeKey, type GatewayMessage, type GatewayTask, refundKey } from '../domain/gateway-call.ts';
import type { Gateway, GatewayResult } from './gateway.ts';

/** Makes the call that a task stands for and answers its result. Rejects when the outcome is unknown. */
export async function callGateway(gateway: Gateway, task: GatewayTask, signal: AbortSignal): Promise<GatewayMessage> {
  switch (task.kind) {
    case 'charge': {
      const { amount, token } = task;
      return messageOf(await gateway.charge({ key: chargeKey(task.paymentId), amount, token }, signal));
    }
    case 'ask-charge':
      return messageOf(await gateway.findCharge(chargeKey(task.paymentId), signal));
    case 'refund': {
      const { amount, chargeReference } = task;
      return messageOf(await gateway.refund({ key: refundKey(task.refundId), amount, chargeReference }, signal));
    }
    case 'ask-refund':
      return foundRefund(await gateway.findRefund(refundKey(task.refundId), signal));
    default:
      return task satisfies never;
  }
}

/** A refund that came too early counts as never received, even if the gateway remembers it: it has to be sent. */
function foundRefund(result: GatewayResult | undefined): GatewayMessage {
  return messageOf(result?.status === 'declined' && result.reason === CHARGE_NOT_CAPTURED ? undefined : result);
}

/** undefined: the gateway never received the key. */
export function messageOf(result: GatewayResult | undefined): GatewayMessage {
  if (result === undefined) return { on: 'gateway.not_received' };
  switch (result.status) {
    case 'succeeded':
      return { on: 'gateway.succeeded', reference: result.reference };
    case 'declined':
      return { on: 'gateway.declined', reason: result.reason };
    case 'pending':
      return { on: 'gateway.unknown' };
    default:
      return result satisfies never;
  }
}

/** Ends a call after `limitMs`, even if it ignores its signal. */
export async function within<T>(limitMs: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  return withTimeout(limitMs, call(abort.signal), () => {
    const error = new GatewayTimeoutError(limitMs);
    abort.abort(error);
    return error;
  });
}

class GatewayTimeoutError extends Error {
  readonly code = 'gateway-timeout';
  constructor(limitMs: number) {
    super(`the gateway gave no answer within ${limitMs} ms`);
    this.name = 'GatewayTimeoutError';
  }
}
