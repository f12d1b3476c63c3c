/** What came longer ago than this hardly counts: a shop that has become quiet is quick again within a second. */
const MEMORY_MS = 500;

export interface ArrivalRate {
  came(count: number): void;
  perMs(): number;
}

/** How often something comes, as seen lately: an average that forgets by itself. */
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
