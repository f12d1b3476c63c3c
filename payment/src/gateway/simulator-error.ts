/** An error of the network, the gateway or the request, as a caller of a real gateway sees it. */
export class SimulatorError extends Error {
  readonly code: 'gateway-error' | 'key-reused';
  constructor(code: 'gateway-error' | 'key-reused', message: string) {
    super(message);
    this.name = 'SimulatorError';
    this.code = code;
  }
}

/** Rejects only when the caller stops listening. */
export function silence(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(new SimulatorError('gateway-error', 'nobody listens any more'));
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  return promise;
}
