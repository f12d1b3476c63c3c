/** Each answer moves the average by 1/50 of the difference: after 50 answers all earlier ones together count for about a third. */
const MEMORY = 50;
/** Assumed time of the gateway until Payment has reported one. An earlier version of Payment never does. */
const UNKNOWN_MS = 10_000;

export interface GatewayTime {
  /** Takes the gateway's time for a charge, as reported by Payment. */
  heard(ms: number): void;
  readonly ms: number;
}

/**
 * Moving average of the time that Payment waits for its gateway. This wait is no sign of too many orders: a shop whose gateway takes three seconds
 * for each charge is not overloaded.
 */
export function gatewayTime(): GatewayTime {
  let mean: number | undefined;
  return {
    heard(ms) {
      mean = mean === undefined ? ms : mean + (ms - mean) / MEMORY;
    },
    get ms() {
      return mean ?? UNKNOWN_MS;
    },
  };
}
