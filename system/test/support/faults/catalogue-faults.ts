import { healthy } from '../healthy-snapshot.ts';
import { CATEGORY_USE, type Fault, TREE } from './fault.ts';

const [top, one, two] = healthy.categories;
const category = { ...top, id: 'c-x', parentId: null, position: 1 };
const categories = (...changed: readonly (typeof one)[]) => ({ categories: changed.flatMap((it) => it ?? []) });

export const CATALOGUE_FAULTS: readonly Fault[] = [
  {
    what: 'categories that go round in a circle',
    breaks: [TREE],
    facts: categories(top, one && { ...one, parentId: 'c-two', position: 0 }, two && { ...two, parentId: 'c-one', position: 0 }),
  },
  {
    what: 'a category below one that is gone',
    breaks: [TREE],
    facts: categories(top, one, two, { ...category, parentId: 'c-gone', position: 0 }),
  },
  { what: 'a gap between siblings', breaks: [TREE], facts: categories(top, one, two, { ...category, position: 2 }) },
  {
    what: 'a category that counts too many products',
    breaks: [CATEGORY_USE],
    facts: { categoryUse: [{ categoryId: 'c-one', products: 2 }] },
  },
  {
    what: 'a category that counts none of its products',
    breaks: [CATEGORY_USE],
    facts: { categoryUse: [] },
  },
  {
    what: 'a product in a category that is gone',
    breaks: [CATEGORY_USE],
    facts: {
      categoryUse: [...healthy.categoryUse, { categoryId: 'c-gone', products: 1 }],
      products: [{ id: 'a-lamp', categoryIds: ['c-one', 'c-gone'] }],
    },
  },
];
