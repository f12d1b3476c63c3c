import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { newId } from '@souk/chassis/ids';
import type { AllocationPreview } from '@souk/contracts/http/inventory';
import type { Problem } from '@souk/contracts/problem';
import { orderCreated, productCreated } from './builders.ts';
import { runInventory, type RunningInventory } from './running-inventory.ts';

describe('the preview of an allocation', () => {
  let shop: RunningInventory;
  let lyon: string;
  let metz: string;

  /** Lyon: 5 cups; Metz: 3 cups, 2 pots; closed: 9 pots. */
  beforeAll(async () => {
    shop = await runInventory();
    lyon = (await shop.warehouse({ name: 'Lyon', priority: 1 })).id;
    metz = (await shop.warehouse({ name: 'Metz', priority: 2 })).id;
    const closed = (await shop.warehouse({ name: 'Closed', priority: 3, active: false })).id;
    await shop.tell(productCreated(newId(), ['cup', 'pot']));
    for (const [sku, warehouseId, quantity] of [['cup', lyon, 5], ['cup', metz, 3], ['pot', metz, 2], ['pot', closed, 9]] as const) {
      await shop.receive(sku, { warehouseId, quantity });
    }
  });
  afterAll(() => shop.close());

  const preview = async (...items: readonly (readonly [sku: string, quantity: number])[]) => {
    const body = { items: items.map(([sku, quantity]) => ({ sku, quantity })) };
    return shop.send<AllocationPreview & Problem>('POST', '/allocations/preview', { body });
  };

  test('names the warehouse of every line, and the reason', async () => {
    const { status, body } = await preview(['cup', 2]);
    expect(status).toBe(200);
    expect<AllocationPreview>(body).toEqual({
      feasible: true,
      allocations: [{ sku: 'cup', warehouseId: lyon, quantity: 2, reason: 'whole_order' }],
      shortages: [],
      explanation:
        'Lyon (priority 1) sends 2 × cup, because it has the whole order, which is then one parcel, and the best priority of the warehouses that have it.',
    });
  });

  test('explains a split line by each warehouse that sends a part', async () => {
    const { body } = await preview(['pot', 1], ['cup', 7]);
    expect(body.allocations.map(({ warehouseId, reason }) => [warehouseId, reason])).toEqual([
      [metz, 'whole_line'],
      [metz, 'part_of_line'],
      [lyon, 'part_of_line'],
    ]);
    expect(body.explanation).toMatch(/^Metz .* sends 1 × pot, because no warehouse has the whole order.*; and 3 × cup, because .*\. Lyon .* sends 4 × cup/);
  });

  test('says what is short, counting active warehouses only', async () => {
    const { body } = await preview(['cup', 1], ['pot', 3], ['unheard', 1]);
    expect(body).toMatchObject({
      feasible: false,
      allocations: [],
      shortages: [
        { sku: 'pot', requested: 3, available: 2 },
        { sku: 'unheard', requested: 1, available: 0 },
      ],
      explanation: expect.stringContaining('3 × pot are asked for, and active warehouses have 2'),
    });
  });

  test('holds nothing, and matches what an order then gets', async () => {
    const items = [['pot', 2], ['cup', 1]] as const;
    const first = await preview(...items);
    expect((await preview(...items)).body).toEqual(first.body);
    const order = newId();
    await shop.tell(orderCreated(order, items.map(([sku, quantity]) => ({ sku, quantity }))));
    const { body } = await shop.send<{ lines: unknown }>('GET', `/reservations/${order}`);
    expect(body.lines).toEqual(first.body.allocations.map(({ reason: _reason, ...line }) => line));
    expect((await preview(...items)).body.feasible).toBe(false);
  });

  test('refuses a SKU in two lines, no lines, and invalid lines', async () => {
    const pointersOf = async (...items: readonly (readonly [string, number])[]) => {
      const { status, body } = await preview(...items);
      return [status, body.errors?.map(({ pointer }) => pointer)];
    };
    expect(await pointersOf(['cup', 1], ['pot', 1], ['cup', 2])).toEqual([422, ['/items/2/sku']]);
    expect(await pointersOf()).toEqual([422, ['/items']]);
    expect(await pointersOf(['cup', 0])).toEqual([422, ['/items/0/quantity']]);
    expect(await pointersOf(['no sku', 1])).toEqual([422, ['/items/0/sku']]);
  });

  test('is for staff', async () => {
    const body = { items: [{ sku: 'cup', quantity: 1 }] };
    expect((await shop.send('POST', '/allocations/preview', { as: 'anonymous', body })).status).toBe(401);
    expect((await shop.send('POST', '/allocations/preview', { as: 'customer', body })).status).toBe(403);
  });
});
