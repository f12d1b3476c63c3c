/** Time constant of the average: earlier arrivals hardly count, so a shop that has become quiet answers fast again within a second. */
const MEMORY_MS = 500;

export interface ArrivalRate {
  came(count: number): void;
  perMs(): number;
}

/** Recent arrival rate: an average that decays by itself. */
export function arrivalRate(now: () => number): ArrivalRate {
  let level = 0;
  let at = now();

  function decay(): void {
    const to = now();
    level *= Math.exp((at - to) / MEMORY_MS);
    at = to;
  }

  return {
    came(count) {
      decay();
      level += count;
    },
    perMs() {
      decay();
      return level / MEMORY_MS;
    },
  };
}
