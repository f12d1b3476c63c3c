import { describe, expect, test } from 'bun:test';
import type { OrderItem } from '@souk/contracts/saga';
import fc from 'fast-check';
import { allocate, type AllocationReason, type ReasonedAllocation } from '../src/domain/allocate.ts';
import type { StockLevels } from '../src/domain/move-stock.ts';
import { networkOf } from '../src/domain/warehouse.ts';
import { aWarehouse } from './builders.ts';
import { seeded } from './seeded.ts';

/** Free pieces by SKU and warehouse. */
type Free = Readonly<Record<string, Readonly<Record<string, number>>>>;

const north = aWarehouse({ id: 'north', priority: 1 });
const south = aWarehouse({ id: 'south', priority: 2 });
const west = aWarehouse({ id: 'west', priority: 3 });
const all = [west, south, north];

function levelsIn(free: Free) {
  return (sku: string): StockLevels | undefined => {
    const places = free[sku];
    if (places === undefined) return undefined;
    const warehouses = Object.entries(places).map(([warehouseId, pieces]) => ({
      warehouseId,
      onHand: pieces + 1,
      reserved: 1,
      movements: 1,
    }));
    return { sku, lowTurns: 0, warehouses };
  };
}

function allocated(items: readonly OrderItem[], free: Free, warehouses = all): readonly ReasonedAllocation[] {
  const result = allocate(items, networkOf(warehouses), levelsIn(free));
  if (result.kind === 'short') throw new Error(`short of ${JSON.stringify(result.shortages)}`);
  return result.allocations;
}

function from(warehouseId: string, sku: string, quantity: number, reason: AllocationReason): ReasonedAllocation {
  return { sku, warehouseId, quantity, reason };
}

describe('an allocation', () => {
  test('takes the warehouse with the best priority when several can serve the order', () => {
    const found = allocated([{ sku: 'cup', quantity: 2 }], { cup: { west: 9, south: 9, north: 2 } });
    expect(found).toEqual([from('north', 'cup', 2, 'whole_order')]);
  });

  test('prefers one warehouse for the whole order over a better priority for a part of it', () => {
    const items = [
      { sku: 'cup', quantity: 1 },
      { sku: 'pot', quantity: 1 },
    ];
    const found = allocated(items, { cup: { north: 5, west: 5 }, pot: { south: 5, west: 5 } });
    expect(found).toEqual([from('west', 'cup', 1, 'whole_order'), from('west', 'pot', 1, 'whole_order')]);
  });

  test('gives whole lines to different warehouses when none can serve the order', () => {
    const items = [
      { sku: 'cup', quantity: 1 },
      { sku: 'pot', quantity: 1 },
      { sku: 'jug', quantity: 1 },
    ];
    const found = allocated(items, { cup: { north: 1 }, pot: { south: 1 }, jug: { south: 1, north: 0 } });
    expect(found).toEqual([
      from('south', 'pot', 1, 'whole_line'),
      from('south', 'jug', 1, 'whole_line'),
      from('north', 'cup', 1, 'whole_line'),
    ]);
  });

  test('splits a line that no warehouse can serve whole over as few as possible', () => {
    const found = allocated([{ sku: 'cup', quantity: 10 }], { cup: { north: 1, south: 5, west: 9 } });
    expect(found).toEqual([from('west', 'cup', 9, 'part_of_line'), from('north', 'cup', 1, 'part_of_line')]);
  });

  test('splits first over warehouses that send a parcel anyway', () => {
    const items = [
      { sku: 'pot', quantity: 3 },
      { sku: 'cup', quantity: 4 },
    ];
    const found = allocated(items, { pot: { south: 3 }, cup: { north: 2, south: 2, west: 3 } });
    expect(found).toEqual([
      from('south', 'pot', 3, 'whole_line'),
      from('south', 'cup', 2, 'part_of_line'),
      from('north', 'cup', 2, 'part_of_line'),
    ]);
  });

  test('takes nothing from a warehouse that is not active', () => {
    const closed = aWarehouse({ id: 'north', priority: 1, active: false });
    const found = allocated([{ sku: 'cup', quantity: 1 }], { cup: { north: 9, south: 1 } }, [closed, south]);
    expect(found).toEqual([from('south', 'cup', 1, 'whole_order')]);
  });

  test('is all or nothing, and names every short line with what was available', () => {
    const items = [
      { sku: 'cup', quantity: 1 },
      { sku: 'pot', quantity: 7 },
      { sku: 'jug', quantity: 1 },
    ];
    const result = allocate(items, networkOf(all), levelsIn({ cup: { north: 9 }, pot: { north: 2, west: 4 } }));
    expect(result).toEqual({
      kind: 'short',
      shortages: [
        { sku: 'pot', requested: 7, available: 6 },
        { sku: 'jug', requested: 1, available: 0 },
      ],
    });
  });

  test('counts two lines of one SKU together', () => {
    const items = [
      { sku: 'cup', quantity: 3 },
      { sku: 'cup', quantity: 3 },
    ];
    const result = allocate(items, networkOf(all), levelsIn({ cup: { north: 5 } }));
    expect(result).toEqual({ kind: 'short', shortages: [{ sku: 'cup', requested: 6, available: 5 }] });
  });

  test('does not depend on the order in which warehouses and levels were read', () => {
    const twins = [aWarehouse({ id: 'b', priority: 1 }), aWarehouse({ id: 'a', priority: 1 })];
    expect(allocated([{ sku: 'cup', quantity: 1 }], { cup: { b: 1, a: 1 } }, twins)).toEqual([
      from('a', 'cup', 1, 'whole_order'),
    ]);
  });
});

describe('for any order and any stock', () => {
  const places = fc.record({ north: fc.nat(6), south: fc.nat(6), west: fc.nat(6) });
  const stock = fc.record({ cup: places, pot: places, jug: places });
  const order = fc
    .record({ cup: fc.nat(12), pot: fc.nat(12), jug: fc.nat(12) })
    .map((wanted) => Object.entries(wanted).map(([sku, quantity]) => ({ sku, quantity })))
    .map((items) => items.filter(({ quantity }) => quantity > 0));

  seeded(
    'all lines are served in full from what is free, or none is',
    fc.property(stock, order, (free, items) => {
      const result = allocate(items, networkOf(all), levelsIn(free));
      const isShort = items.some(({ sku, quantity }) => quantity > piecesOf(free, sku));
      expect(result.kind).toBe(isShort ? 'short' : 'allocated');
      if (result.kind === 'short') return;
      for (const { sku, quantity } of items) {
        const parts = result.allocations.filter((part) => part.sku === sku);
        expect(parts.reduce((sum, part) => sum + part.quantity, 0)).toBe(quantity);
        for (const part of parts)
          expect(part.quantity).toBeLessThanOrEqual(free[part.sku as keyof typeof free][part.warehouseId as 'west']);
        expect(new Set(parts.map(({ warehouseId }) => warehouseId)).size).toBe(parts.length);
      }
    }),
  );

  seeded(
    'one line comes from as few warehouses as there can be',
    fc.property(places, fc.integer({ min: 1, max: 18 }), (cup, quantity) => {
      const result = allocate([{ sku: 'cup', quantity }], networkOf(all), levelsIn({ cup }));
      if (result.kind === 'short') return;
      expect(result.allocations.length).toBe(fewest(Object.values(cup), quantity));
    }),
  );
});

function piecesOf(free: Free, sku: string): number {
  return Object.values(free[sku] ?? {}).reduce((sum, pieces) => sum + pieces, 0);
}

function fewest(pieces: readonly number[], wanted: number): number {
  let missing = wanted;
  const taken = pieces
    .toSorted((a, b) => b - a)
    .filter((most) => {
      const isNeeded = missing > 0;
      missing -= most;
      return isNeeded;
    });
  return taken.length;
}
