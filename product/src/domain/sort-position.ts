import { lowestPrice, type Product } from './product.ts';
import { folded } from './search.ts';

export type ProductSort = 'title' | 'price' | '-price' | 'newest';

/** The position of a product in a sorted list; equal keys are sorted by id. */
export interface SortPosition {
  readonly key: string | number;
  readonly id: string;
}

/** Tests if one position comes before another: text is compared by code points, equal keys by id. */
export function standsBefore(sort: ProductSort): (one: SortPosition, other: SortPosition) => boolean {
  const isDescending = sort === '-price' || sort === 'newest';
  return (one, other) => {
    const order = compared(one.key, other.key) || compared(one.id, other.id);
    return isDescending ? order > 0 : order < 0;
  };
}

function compared(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}

/** UTF-16 units of a title that are its sort key, so few that a position fits into a cursor (500 characters) in any script. */
const TITLE_KEY_LENGTH = 80;

export function titleKey(title: string): string {
  const key = folded(title).slice(0, TITLE_KEY_LENGTH);
  // The cut may have split a character of two UTF-16 units.
  return /[\ud800-\udbff]$/.test(key) ? key.slice(0, -1) : key;
}

export function positionOf(product: Product, sort: ProductSort): SortPosition {
  switch (sort) {
    case 'title':
      return { key: titleKey(product.title), id: product.id };
    case 'price':
    case '-price':
      return { key: lowestPrice(product), id: product.id };
    case 'newest':
      return { key: product.createdAt, id: product.id };
    default:
      return sort satisfies never;
  }
}
