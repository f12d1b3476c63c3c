import { expect, test } from 'bun:test';
import { CATEGORIES_LIMIT } from '@souk/contracts/http/product';
import { TREE, treeRepresentation } from '../src/domain/category-tree.ts';

test('the largest tree of categories, with names in characters of four bytes, has less than 1.3 MB', () => {
  const categories = Array.from({ length: CATEGORIES_LIMIT }, (_, at) => ({
    id: Bun.randomUUIDv7(),
    name: '😀'.repeat(200),
    slug: 'a'.repeat(200),
    parentId: at === 0 ? null : Bun.randomUUIDv7(),
    position: CATEGORIES_LIMIT - 1,
    version: 1,
  }));
  const [top] = categories;
  const tree = treeRepresentation({ id: TREE, version: 1, categories: categories.map((one) => (one === top ? one : { ...one, parentId: top?.id ?? null })) });
  expect(Buffer.byteLength(JSON.stringify({ items: tree }))).toBeLessThan(1_300_000);
});
