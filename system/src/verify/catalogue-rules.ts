import { sumBy, type Rule } from './rule.ts';
import type { CatalogueFacts } from './snapshot.ts';

type Category = CatalogueFacts['categories'][number];

/** Whether its parents lead to the top: not when one is missing, or when they go round in a circle. */
function isBelowTop(category: Category, byId: ReadonlyMap<string, Category>): boolean {
  let above: Category | undefined = category;
  for (let steps = 0; above !== undefined && steps < byId.size; steps += 1) {
    if (above.parentId === null) return true;
    above = byId.get(above.parentId);
  }
  return false;
}

export const CATALOGUE_RULES: readonly Rule[] = [
  {
    promise: 'categories are a tree, and siblings stand from 0 on without gap',
    *violations({ catalogue: { categories } }) {
      const byId = new Map(categories.map((category) => [category.id, category]));
      for (const category of categories) if (!isBelowTop(category, byId)) yield `category ${category.id} hangs below nothing`;
      for (const [parent, children] of Map.groupBy(categories, ({ parentId }) => parentId)) {
        const positions = children.map(({ position }) => position).toSorted((a, b) => a - b);
        if (positions.some((position, i) => position !== i)) yield `below ${parent ?? 'the top'}: positions ${positions.join(', ')}`;
      }
    },
  },
  {
    promise: 'every category counts the products that name it',
    *violations({ catalogue: { categories, categoryUse, products } }) {
      const naming = products.flatMap(({ categoryIds }) => categoryIds);
      const named = sumBy(naming, (id) => id, () => 1);
      const counted = sumBy(categoryUse, ({ categoryId }) => categoryId, (use) => use.products);
      for (const id of new Set([...named.keys(), ...counted.keys()])) {
        const [there, says] = [named.get(id) ?? 0, counted.get(id) ?? 0];
        if (there !== says) yield `category ${id} counts ${says} products, ${there} name it`;
      }
      const known = new Set(categories.map(({ id }) => id));
      for (const id of named.keys()) if (!known.has(id)) yield `category ${id}, which products name, does not exist`;
    },
  },
];
