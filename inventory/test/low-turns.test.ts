import { expect, test } from 'bun:test';
import { lowStock } from '../src/domain/low-stock.ts';
import type { StockLevels } from '../src/domain/move-stock.ts';
import { networkOf } from '../src/domain/warehouse.ts';

const network = networkOf([{ id: 'north', name: 'North', priority: 1, active: true, version: 1 }]);

const cups = (onHand: number, lowTurns: number): StockLevels => ({
  sku: 'cup',
  lowTurns,
  warehouses: [{ warehouseId: 'north', onHand, reserved: 0, movements: 1 }],
});

/** Turns so far, pieces before (undefined: the SKU is new), pieces after; then turns afterwards, and the times it is said to be low. */
test.each([
  [0, undefined, 4, 0, []],
  [0, undefined, 5, 1, []],
  [0, 4, 3, 0, []],
  [0, 4, 5, 1, []],
  // From before turns were counted: it had enough and nobody took that down, so that the fall is two turns at once.
  [0, 5, 4, 2, [1]],
  [2, 7, 1, 4, [2]],
  [0, 5, 6, 1, []],
  [1, 5, 5, 1, []],
  [1, 5, 4, 2, [1]],
  // A threshold that was raised: it has too little already.
  [1, 4, 4, 2, [1]],
  [2, 4, 3, 2, []],
  [2, 4, 5, 3, []],
  [3, 5, 0, 4, [2]],
] as const)('after %i turns, from %p pieces to %i with a threshold of 5: %i turns, events %p', (turns, before, after, turnsAfter, times) => {
  const said = lowStock(() => (before === undefined ? undefined : cups(before, turns)), [cups(after, turns)], { network, threshold: 5 });
  expect(said.levels).toEqual([cups(after, turnsAfter)]);
  expect(said.lows).toEqual(times.map((time) => ({ sku: 'cup', available: after, threshold: 5, times: time })));
});
