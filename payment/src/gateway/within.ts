import { withTimeout } from '@souk/chassis/timeouts';

export class GatewayTimeoutError extends Error {
  readonly code = 'gateway-timeout';
  constructor(limitMs: number) {
    super(`the gateway gave no answer within ${limitMs} ms`);
    this.name = 'GatewayTimeoutError';
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
