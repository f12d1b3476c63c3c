import { expect, test } from 'bun:test';
import { moveStock, type StockLevels } from '../src/domain/move-stock.ts';

test('every movement has the next number of its SKU in its warehouse, and the level counts it', () => {
  const cups: StockLevels = { sku: 'cup', lowTurns: 3, warehouses: [{ warehouseId: 'north', onHand: 9, reserved: 0, movements: 4 }] };
  const pieces = [
    { sku: 'cup', warehouseId: 'north', quantity: 1, reason: null },
    { sku: 'cup', warehouseId: 'south', quantity: 1, reason: null },
    { sku: 'pot', warehouseId: 'north', quantity: 1, reason: null },
    { sku: 'cup', warehouseId: 'north', quantity: 2, reason: null },
  ];
  const { levels, moves } = moveStock('receipt', pieces, (sku) => (sku === 'cup' ? cups : undefined));
  expect(moves.map(({ number }) => number)).toEqual([5, 1, 1, 6]);
  expect(levels).toEqual([
    {
      sku: 'cup',
      lowTurns: 3,
      warehouses: [
        { warehouseId: 'north', onHand: 12, reserved: 0, movements: 6 },
        { warehouseId: 'south', onHand: 1, reserved: 0, movements: 1 },
      ],
    },
    { sku: 'pot', lowTurns: 0, warehouses: [{ warehouseId: 'north', onHand: 1, reserved: 0, movements: 1 }] },
  ]);
});
