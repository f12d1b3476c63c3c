import type { Movement, StockLevel } from '@souk/contracts/http/inventory';
import { ago } from './fake-letters.ts';
import { type FakeWorld, uuid } from './fake-world.ts';

const [VIENNA, GRAZ] = [uuid(0, 99), uuid(0, 98)];
export const WAREHOUSES = [
  { id: VIENNA, name: 'Vienna', priority: 1, active: true },
  { id: GRAZ, name: 'Graz <b>old</b>', priority: 2, active: false },
];

/** Three SKUs with their ledgers: one adds up, one is long, one differs. */
export function fakeStock(world: FakeWorld) {
  const movements: Movement[] = [];
  const levels = new Map<string, Map<string, { onHand: number; reserved: number }>>();

  function move(sku: string, warehouseId: string, kind: Movement['kind'], [onHandDelta, reservedDelta]: readonly [number, number], more: Partial<Movement> = {}): void {
    const of = levels.get(sku) ?? new Map<string, { onHand: number; reserved: number }>();
    const before = of.get(warehouseId) ?? { onHand: 0, reserved: 0 };
    const after = { onHand: before.onHand + onHandDelta, reserved: before.reserved + reservedDelta };
    levels.set(sku, new Map(of).set(warehouseId, after));
    const n = movements.length;
    movements.push({
      id: uuid(1_760_000_000_000 + n, n), sku, warehouseId, kind, onHandDelta, reservedDelta, onHandAfter: after.onHand, reservedAfter: after.reserved, reason: null, actor: null, orderId: null, eventId: null,
      at: ago(90_000 - n * 2), ...more,
    });
  }

  const orders = world.newestFirst();
  const orderOf = (n: number) => ({ orderId: orders[n % Math.max(1, orders.length)]?.id ?? null });
  const receipt = { reason: 'opening <stock>', actor: uuid(0, 1) };
  move('MUG-BLUE', VIENNA, 'receipt', [50, 0], receipt);
  move('MUG-BLUE', GRAZ, 'receipt', [20, 0], receipt);
  for (let n = 0; n < 9; n++) {
    move('MUG-BLUE', VIENNA, 'reserve', [0, 2], orderOf(n));
    if (n % 3 !== 0) move('MUG-BLUE', VIENNA, n % 2 === 0 ? 'sale' : 'release', [n % 2 === 0 ? -2 : 0, -2], orderOf(n));
  }
  move('MUG-BLUE', VIENNA, 'adjustment', [-3, 0], { reason: 'broken on the way, see \u202Ethe note', actor: uuid(0, 5) });
  move('TEA-EARL-GREY', VIENNA, 'receipt', [9000, 0], receipt);
  for (let n = 0; n < 1200; n++) {
    move('TEA-EARL-GREY', VIENNA, 'reserve', [0, 1], { orderId: uuid(0, 50_000 + n) });
    move('TEA-EARL-GREY', VIENNA, 'sale', [-1, -1], { orderId: uuid(0, 50_000 + n) });
  }
  move('LAMP-01', VIENNA, 'receipt', [30, 0], receipt);
  move('LAMP-01', VIENNA, 'reserve', [0, 4], orderOf(1));
  levels.get('LAMP-01')?.set(VIENNA, { onHand: 27, reserved: 4 });
  for (let n = 0; n < 12; n++) move(`SKU-${'LONG_'.repeat(10)}${n}`, VIENNA, 'receipt', [n, 0], receipt);

  const levelOf = (sku: string): StockLevel => {
    const warehouses = [...(levels.get(sku) ?? [])].map(([warehouseId, { onHand, reserved }]) => ({ warehouseId, onHand, reserved, available: warehouseId === GRAZ ? 0 : onHand - reserved }));
    return { sku, available: warehouses.reduce((sum, { available }) => sum + available, 0), warehouses };
  };

  return {
    all: () => [...levels.keys()].toSorted().map(levelOf),
    one: (sku: string) => (levels.has(sku) ? levelOf(sku) : undefined),
    /** Newest first. */
    ledger: ({ sku, orderId }: { readonly sku: string | null; readonly orderId: string | null }) =>
      movements.toReversed().filter((movement) => (sku === null || movement.sku === sku) && (orderId === null || movement.orderId === orderId)),
    move,
  };
}
