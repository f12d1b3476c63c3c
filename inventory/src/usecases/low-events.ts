import type { NewEventOf } from '@souk/chassis/engine/writer/use-case';
import type { LowStock } from '../domain/low-stock.ts';

/** One event for each SKU that has run low. */
export function lowEvents(lows: readonly LowStock[]): readonly NewEventOf<'inventory.low'>[] {
  return lows.map(({ times, ...data }) => {
    return { type: 'inventory.low', key: data.sku, stream: `stock:${data.sku}`, version: times, data };
  });
}
