import { healthy } from '../healthy-snapshot.ts';
import { type Fault, LOW } from './fault.ts';

const [level] = healthy.levels;
const [low] = healthy.lows;

export const LOW_STOCK_FAULTS: readonly Fault[] = [
  { what: 'a SKU that ran low and nobody was told', breaks: [LOW], facts: { lows: [] } },
  { what: 'a SKU of which was told twice that it ran low', breaks: [LOW], facts: { lows: [...healthy.lows, ...healthy.lows] } },
  {
    what: 'news of a SKU that has no level',
    breaks: [LOW],
    facts: { lows: [...healthy.lows, ...(low ? [{ ...low, sku: 'GHOST', available: 0 }] : [])] },
  },
  {
    what: 'a SKU that is said to run low with enough of it',
    breaks: [LOW],
    facts: { lows: low ? [{ ...low, threshold: 7 }] : [] },
  },
  {
    what: 'a SKU that is said to have had as few as it never had',
    breaks: [LOW],
    facts: { lows: low ? [{ ...low, available: 3 }] : [] },
  },
  {
    what: 'a level that counts a time it never ran low',
    breaks: [LOW],
    facts: { levels: level ? [{ ...level, lowTurns: 4 }] : [] },
  },
];
