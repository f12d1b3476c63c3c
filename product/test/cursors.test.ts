import { expect, test } from 'bun:test';
import type { Page } from '@souk/contracts/paging';
import type { Category, Product } from '@souk/contracts/http/product';
import fc from 'fast-check';
import { onEveryEngine } from './on-every-engine.ts';
import { eur, newSku, type RunningCatalogue } from './running-catalogue.ts';

const SORTS = ['title', 'price', '-price', 'newest'] as const;

/** Few titles and prices, so that many keys are equal. */
const entry = fc.record({ title: fc.constantFrom('a', 'Ä', 'b', 'B', 'ç'), amount: fc.integer({ min: 1, max: 3 }) });
type Entry = typeof entry extends fc.Arbitrary<infer T> ? T : never;

/** All products of the test are found by this word, through the index. */
const WORD = 'Cursor';

function add(shop: RunningCatalogue, { title, amount }: Entry, categoryIds: string[]): Promise<Product> {
  return shop.active({ title, description: WORD, categoryIds, variants: [{ sku: newSku(), price: eur(amount) }] });
}

/** Reads all pages; between two of them one more comes, and one that is not among `kept` goes. */
async function readWhileChanging(
  shop: RunningCatalogue,
  query: string,
  coming: Entry[],
  going: Product[],
  categoryIds: string[],
): Promise<string[]> {
  const seen: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const path: string = `/products?${query}${cursor && `&cursor=${cursor}`}`;
    const { body } = await shop.send<Page<Product>>('GET', path);
    seen.push(...body.items.map(({ id }) => id));
    cursor = body.nextCursor;
    const [next, gone] = [coming.pop(), going.pop()];
    if (next !== undefined) await add(shop, next, categoryIds);
    if (gone !== undefined) await shop.send('POST', `/products/${gone.id}/archive`, { as: 'staff' });
  }
  return seen;
}

/** Archived products are in no customer's list. */
async function archiveAll(shop: RunningCatalogue): Promise<void> {
  const { body } = await shop.send<Page<Product>>('GET', '/products?limit=100');
  await Promise.all(body.items.map(({ id }) => shop.send('POST', `/products/${id}/archive`, { as: 'staff' })));
}

onEveryEngine((runCatalogue) => {
  test('pages lose nothing and repeat nothing while products come and go', async () => {
    const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
    process.stdout.write(`seed ${seed}\n`);
    const shop = await runCatalogue();
    const made = await shop.send<Category>('POST', '/categories', { as: 'staff', body: { name: 'Cursors' } });
    const categoryIds = [made.body.id];
    const filters = ['', `q=${WORD}&`, 'category=cursors&', `category=cursors&q=${WORD}&minPrice=1&`];
    const entries = (maxLength: number) => fc.array(entry, { maxLength });
    const property = fc.asyncProperty(
      entries(12),
      entries(6),
      entries(6),
      fc.constantFrom(...SORTS),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom(...filters),
      async (staying, leaving, coming, sort, limit, filter) => {
        await archiveAll(shop);
        const going = await Promise.all(leaving.map((one) => add(shop, one, categoryIds)));
        const kept = await Promise.all(staying.map((one) => add(shop, one, categoryIds)));
        const seen = await readWhileChanging(shop, `${filter}sort=${sort}&limit=${limit}`, [...coming], going, categoryIds);
        expect(new Set(seen).size).toBe(seen.length);
        for (const { id } of kept) expect(seen).toContain(id);
      },
    );
    try {
      await fc.assert(property, { seed, numRuns: 12 });
    } finally {
      await shop.close();
    }
  }, 60_000);
});
