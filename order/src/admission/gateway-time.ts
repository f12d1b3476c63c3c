/** Of so many answers about half are forgotten. */
const MEMORY = 50;
/** Until Payment has told: what a gateway may well take. An earlier version of Payment never tells. */
const UNKNOWN_MS = 10_000;

export interface GatewayTime {
  /** What Payment says that the gateway took for a charge. */
  heard(ms: number): void;
  readonly ms: number;
}

/**
 * How long Payment waits for its gateway, on the average of late. It is no sign of too many orders: a shop whose gateway takes
 * three seconds for each charge is not overloaded.
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
