import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { newId } from '@souk/chassis/ids';
import type { Page } from '@souk/contracts/paging';
import { productCreated } from './builders.ts';
import { runInventory, type RunningInventory } from './running-inventory.ts';

const SKUS = ['b', 'd', 'f', 'h', 'j', 'l', 'n'];

/** Rows are added while somebody turns the pages: what was there at the start is seen once, and nothing twice. */
describe('a list that is read page by page while it changes', () => {
  let shop: RunningInventory;
  let lyon: string;

  beforeAll(async () => {
    shop = await runInventory();
    lyon = (await shop.warehouse()).id;
    await shop.tell(productCreated(newId(), [...SKUS, ...SKUS.map((sku) => `${sku}2`), 'a']));
    for (const sku of SKUS) await shop.receive(sku, { warehouseId: lyon, quantity: 9 });
    for (let n = 0; n < 5; n += 1) await shop.warehouse({ name: `Warehouse ${n}` });
  });
  afterAll(() => shop.close());

  async function pagesOf<T>(path: string, between: (page: number) => Promise<unknown>): Promise<T[]> {
    const seen: T[] = [];
    for (let [cursor, page] = ['', 0]; ; page += 1) {
      const { body } = await shop.send<Page<T>>('GET', `${path}?limit=2${cursor}`);
      seen.push(...body.items);
      if (body.nextCursor === null) return seen;
      cursor = `&cursor=${body.nextCursor}`;
      await between(page);
    }
  }

  async function expectStable(path: string, idOf: (item: never) => unknown, between: (page: number) => Promise<unknown>): Promise<void> {
    const before = (await shop.send<Page<never>>('GET', `${path}?limit=100`)).body.items.map(idOf);
    const seen = (await pagesOf<never>(path, between)).map(idOf);
    expect(new Set(seen).size).toBe(seen.length);
    expect(before.filter((id) => !seen.includes(id))).toEqual([]);
  }

  test('stock', async () => {
    await expectStable('/stock', ({ sku }: { sku: string }) => sku, async (page) => {
      await shop.receive(`${SKUS[page]}2`, { warehouseId: lyon, quantity: 1 });
      await shop.receive('a', { warehouseId: lyon, quantity: 1 });
    });
  });

  test('movements', async () => {
    await expectStable('/movements', ({ id }: { id: string }) => id, () => shop.receive('b', { warehouseId: lyon, quantity: 1 }));
  });

  test('warehouses', async () => {
    await expectStable('/warehouses', ({ id }: { id: string }) => id, () => shop.warehouse({ name: 'new' }));
  });
});
