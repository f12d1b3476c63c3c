import { describe, expect, test } from 'bun:test';
import type { Movement, StockLevel } from '@souk/contracts/http/inventory';
import { addsUp } from '../../src/page/adds-up.ts';

const VIENNA = '01890000-0000-7000-8000-00000000aaaa';
const GRAZ = '01890000-0000-7000-8000-00000000bbbb';
const ANNA = '01890000-0000-7000-8000-0000000000a1';
const BEN = '01890000-0000-7000-8000-0000000000b1';

describe('A ledger that is the stock', () => {
  test('adds up in each warehouse, with a running total per line', () => {
    const ledger = [receipt(50), reserve(ANNA, 3), reserve(BEN, 2), sale(ANNA, 3), { ...receipt(7), warehouseId: GRAZ, onHandAfter: 7 }];
    const { verdict, lines, onHand, reserved } = addsUp(stock({ onHand: 47, reserved: 2 }, { onHand: 7, reserved: 0 }), newestFirst(ledger), true);
    expect(verdict).toBe('adds_up');
    expect([onHand, reserved]).toEqual([{ level: 54, moved: 54, off: 0 }, { level: 2, moved: 2, off: 0 }]);
    expect(lines.map((line) => [line.onHand, line.reserved])).toEqual([[54, 2], [47, 2], [50, 5], [50, 3], [50, 0]]);
  });

  test('says which orders hold the reserved pieces', () => {
    const ledger = [receipt(50), reserve(ANNA, 3), reserve(BEN, 2), release(ANNA, 3)];
    const { holds, held } = addsUp(stock({ onHand: 50, reserved: 2 }), newestFirst(ledger), true);
    expect(holds).toMatchObject([{ orderId: BEN, quantity: 2 }]);
    expect(held.off).toBe(0);
  });

  test('is empty where nothing was ever received', () => {
    expect(addsUp({ sku: 'MUG', available: 0, warehouses: [] }, [], true)).toMatchObject({ verdict: 'adds_up', lines: [], holds: [] });
  });

  test('does not count movements of other SKUs', () => {
    const ledger = [receipt(50), { ...receipt(9), sku: 'LAMP' }];
    expect(addsUp(stock({ onHand: 50, reserved: 0 }), newestFirst(ledger), true).verdict).toBe('adds_up');
  });
});

describe('A ledger that is not the stock', () => {
  test('differs by what is missing, and says since when', () => {
    const ledger = levelled([receipt(50), reserve(ANNA, 3), adjustment(-4), sale(ANNA, 3)]);
    const { verdict, onHand, warehouses } = addsUp(stock({ onHand: 43, reserved: 0 }), newestFirst(ledger.filter(({ kind }) => kind !== 'adjustment')), true);
    expect(verdict).toBe('differs');
    expect(onHand).toEqual({ level: 43, moved: 47, off: 4 });
    expect(warehouses[0]?.offSince).toBe(ledger[3]?.at ?? '');
  });

  test('differs when all lines fit and the stock itself is off', () => {
    const { verdict, warehouses } = addsUp(stock({ onHand: 49, reserved: 0 }), newestFirst(levelled([receipt(50)])), true);
    expect(verdict).toBe('differs');
    expect(warehouses[0]?.offSince).toBeNull();
  });

  test('differs when pieces lie in the wrong warehouse, though the totals are right', () => {
    const { verdict, onHand } = addsUp(stock({ onHand: 40, reserved: 0 }, { onHand: 10, reserved: 0 }), newestFirst([receipt(50)]), true);
    expect(onHand.off).toBe(0);
    expect(verdict).toBe('differs');
  });

  test('differs when an order gave back more than it had', () => {
    const ledger = [receipt(50), reserve(BEN, 2), release(ANNA, 2)];
    const { verdict, held } = addsUp(stock({ onHand: 50, reserved: 0 }), newestFirst(ledger), true);
    expect(verdict).toBe('differs');
    expect(held).toEqual({ level: 0, moved: 2, off: 2 });
  });

  test('is not called different because two lines of one moment stand in the other order', () => {
    const [first, second, third] = levelled([receipt(50), reserve(ANNA, 3), reserve(BEN, 2)]) as [Movement, Movement, Movement];
    const { verdict, warehouses } = addsUp(stock({ onHand: 50, reserved: 5 }), [second, third, first], true);
    expect(verdict).toBe('adds_up');
    expect(warehouses[0]?.offSince).toBeNull();
  });
});

describe('A ledger of which not all is read', () => {
  test('gives no verdict, and says what the rest must add up to', () => {
    const ledger = levelled([receipt(50), reserve(ANNA, 3), sale(ANNA, 3), reserve(BEN, 2)]).slice(2);
    const { verdict, carried, lines } = addsUp(stock({ onHand: 47, reserved: 2 }), newestFirst(ledger), false);
    expect(verdict).toBe('partly_read');
    expect(carried).toEqual({ onHand: 50, reserved: 3 });
    expect(lines.map((line) => [line.onHand, line.reserved])).toEqual([[47, 2], [47, 0]]);
  });
});

let made = 0;

function movement(kind: Movement['kind'], onHandDelta: number, reservedDelta: number, orderId: string | null = null): Movement {
  made++;
  return {
    id: `01890000-0000-7000-8000-${String(made).padStart(12, '0')}`, sku: 'MUG', warehouseId: VIENNA, kind, onHandDelta, reservedDelta, onHandAfter: 0, reservedAfter: 0,
    reason: null, actor: null, orderId, eventId: null, at: new Date(1_700_000_000_000 + made * 1000).toISOString(),
  };
}
const receipt = (quantity: number) => movement('receipt', quantity, 0);
const adjustment = (quantity: number) => movement('adjustment', quantity, 0);
const reserve = (order: string, quantity: number) => movement('reserve', 0, quantity, order);
const release = (order: string, quantity: number) => movement('release', 0, -quantity, order);
const sale = (order: string, quantity: number) => movement('sale', -quantity, -quantity, order);

/** The same movements with the levels after them. */
function levelled(oldestFirst: readonly Movement[]): Movement[] {
  let [onHandAfter, reservedAfter] = [0, 0];
  return oldestFirst.map((each) => {
    onHandAfter += each.onHandDelta;
    reservedAfter += each.reservedDelta;
    return { ...each, onHandAfter, reservedAfter };
  });
}

function newestFirst(oldestFirst: readonly Movement[]): Movement[] {
  return oldestFirst.toReversed();
}

function stock(vienna: { onHand: number; reserved: number }, graz?: { onHand: number; reserved: number }): StockLevel {
  const warehouses = [{ warehouseId: VIENNA, ...vienna, available: vienna.onHand - vienna.reserved }, ...(graz ? [{ warehouseId: GRAZ, ...graz, available: graz.onHand - graz.reserved }] : [])];
  return { sku: 'MUG', available: warehouses.reduce((all, { available }) => all + available, 0), warehouses };
}
