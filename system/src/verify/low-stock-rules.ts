import type { Rule } from './rule.ts';
import type { LevelFact } from './snapshot.ts';

function timesLow(levels: readonly LevelFact[]): number {
  return Math.floor(Math.max(0, ...levels.map(({ lowTurns }) => lowTurns)) / 2);
}

export const LOW_STOCK_RULES: readonly Rule[] = [
  {
    promise: 'a SKU is said to run low once each time it does',
    *violations({ levels, lows, movements }) {
      const told = Map.groupBy(lows, ({ sku }) => sku);
      const places = Map.groupBy(levels, ({ sku }) => sku);
      for (const [sku, own] of places) {
        const [times, said] = [timesLow(own), told.get(sku)?.length ?? 0];
        if (times !== said) yield `${sku} ran low ${times} times, it was said ${said} times`;
      }
      for (const [sku] of told) if (!places.has(sku)) yield `${sku} is said to run low and has no level`;
      const ledger = Map.groupBy(movements, ({ sku }) => sku);
      for (const { sku, available, threshold } of lows) {
        if (available >= threshold) yield `${sku} is said to run low with ${available} free, of which ${threshold} are enough`;
        // Between two warehouses the ledger knows no order. What lies in a closed one is not free.
        const isAlone = places.get(sku)?.length === 1;
        const wasThere = ledger.get(sku)?.some(({ onHandAfter, reservedAfter }) => onHandAfter - reservedAfter === available);
        if (isAlone && available > 0 && wasThere !== true) yield `${sku} never had ${available} free, as was said`;
      }
    },
  },
];
